/** Security events: one table of kinds with their severity, version and fields, and the line that ban tools read. */
import { quotable } from './log/printable.js';

/** `IPV4/UDP/192.0.2.1/5060` is made of these. */
export interface SocketAddress {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** Each kind with what it carries beside the common fields, in the order of the line. */
export const securityKinds = {
  ChallengeSent: { severity: 'Informational', version: 1, fields: ['Challenge'] },
  SuccessfulAuth: { severity: 'Informational', version: 1, fields: ['UsingPassword'] },
  InvalidPassword: {
    severity: 'Error',
    version: 2,
    fields: [],
    optional: ['Challenge', 'ReceivedChallenge', 'ReceivedHash'],
  },
  ChallengeResponseFailed: { severity: 'Error', version: 1, fields: ['Challenge', 'Response', 'ExpectedResponse'] },
  InvalidAccountID: { severity: 'Error', version: 1, fields: [] },
  FailedACL: { severity: 'Error', version: 1, fields: [], optional: ['ACLName'] },
  InvalidTransport: { severity: 'Error', version: 1, fields: ['AttemptedTransport'] },
  SessionLimit: { severity: 'Error', version: 1, fields: [] },
  RequestNotAllowed: { severity: 'Error', version: 1, fields: ['RequestType'], optional: ['RequestParams'] },
  RequestBadFormat: {
    severity: 'Error',
    version: 1,
    anonymous: true,
    fields: ['RequestType'],
    optional: ['AccountID', 'RequestParams'],
  },
} as const satisfies Record<string, SecurityRow>;

interface SecurityRow {
  readonly severity: 'Informational' | 'Error';
  readonly version: number;
  readonly fields: readonly string[];
  /** Left out where there are none. */
  readonly optional?: readonly string[];
  /** Nobody need have said who he is: the account is not among the common fields. */
  readonly anonymous?: boolean;
}

export type SecurityKind = keyof typeof securityKinds;

export interface SecurityEvent {
  readonly kind: SecurityKind;
  /** The service it happened in, as ban tools know it. */
  readonly service: string;
  readonly account: string;
  readonly session: string;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Epoch milliseconds at which the session began, where there is one. */
  readonly sessionAt?: number;
  /** Values of the kind's own fields; one that is not there stands empty, or is left out where it is optional. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Names and values in the order of the line, not escaped. `at` is the moment, in epoch milliseconds. */
export function securityFields(event: SecurityEvent, at: number): [name: string, value: string][] {
  const { severity, version, fields, optional = [], anonymous = false }: SecurityRow = securityKinds[event.kind];
  return [
    ['SecurityEvent', event.kind],
    ['EventTV', isoWithZone(at)],
    ['Severity', severity],
    ['Service', event.service],
    ['EventVersion', String(version)],
    ...(anonymous ? [] : [['AccountID', event.account] as [string, string]]),
    ['SessionID', event.session],
    ['LocalAddress', socketText(event.local)],
    ['RemoteAddress', socketText(event.remote)],
    ...fields.map((name): [string, string] => [name, event.fields[name] ?? '']),
    ...(event.sessionAt === undefined ? [] : [['SessionTV', isoWithZone(event.sessionAt)] as [string, string]]),
    ...optional.flatMap((name): [string, string][] => {
      const value = event.fields[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ];
}

/** `SecurityEvent="InvalidPassword",EventTV="...",...`: what a value holds can not look like a field. */
export const securityLine = (event: SecurityEvent, at: number): string =>
  securityFields(event, at)
    .map(([name, value]) => `${name}="${quotable(value)}"`)
    .join(',');

const socketText = ({ transport, address, port }: SocketAddress): string =>
  `${address.includes(':') ? 'IPV6' : 'IPV4'}/${transport.toUpperCase()}/${address}/${port}`;

/** `2026-11-22T11:44:07.417+0000`: the time of this machine's zone. */
function isoWithZone(at: number): string {
  const east = -new Date(at).getTimezoneOffset();
  const zone = Math.abs(east);
  const hours = String(Math.floor(zone / 60)).padStart(2, '0');
  const minutes = String(zone % 60).padStart(2, '0');
  return `${new Date(at + east * 60_000).toISOString().slice(0, -1)}${east < 0 ? '-' : '+'}${hours}${minutes}`;
}
