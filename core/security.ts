/** Security events: one table of kinds with their severity, version and fields, and the line that ban tools read. */

/** `IPV4/UDP/192.0.2.1/5060` is made of these. */
export interface SocketAddress {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** Each kind with what it carries beside the common fields, in the order of the line. */
export interface SecurityKinds {
  ChallengeSent: readonly ['Challenge'];
  SuccessfulAuth: readonly ['UsingPassword'];
  InvalidPassword: readonly ['Challenge', 'ReceivedChallenge', 'ReceivedHash'];
  ChallengeResponseFailed: readonly ['Challenge', 'Response', 'ExpectedResponse'];
  InvalidAccountID: readonly [];
  FailedACL: readonly ['ACLName'];
  InvalidTransport: readonly ['AttemptedTransport'];
  SessionLimit: readonly [];
}

export type SecurityKind = keyof SecurityKinds;

export interface SecurityEvent {
  readonly kind: SecurityKind;
  /** The service it happened in, as ban tools know it. */
  readonly service: string;
  readonly account: string;
  readonly session: string;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly fields: Readonly<Record<string, string>>;
}
