/** Why a REGISTER is refused: what the log, the managers and, where it may show, the answer say of it. */
import type { Message } from '../message/message.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';
import type { Answer } from './answers.js';
import type { Check } from './auth.js';
import type { Peer } from './peer.js';
import { quotable } from './quotable.js';
import { SecurityReport } from './security.js';
import type { Site } from './site.js';
import type { Why } from './why.js';

export interface Refusal {
  /** The end of the line that ban tools read. */
  readonly reason: string;
  /** The answer where alwaysauthreject does not hide the reason. */
  readonly plain: Answer;
  /** Cause of the PeerStatus fact. */
  readonly cause: string;
  /** Cause with alwaysauthreject: the original then calls most of them by one name. */
  readonly hiddenCause: string;
  /** Which check it was, in the security event FailedACL. */
  readonly acl?: string;
}

export const FORBIDDEN: Answer = { status: 403, reason: 'Forbidden' };
/** An older CSeq of a Call-ID, or one too many at a time. */
export const serverError = (why: Why): Answer => ({ status: 500, reason: 'Server error', why });
const NOT_FOUND: Answer = { status: 404, reason: 'Not found' };

/** Those that alwaysauthreject hides. */
export const REFUSALS = {
  password: {
    reason: 'Wrong password',
    plain: FORBIDDEN,
    cause: 'AUTH_SECRET_FAILED',
    hiddenCause: 'AUTH_SECRET_FAILED',
  },
  unknown: {
    reason: 'No matching peer found',
    plain: NOT_FOUND,
    cause: 'URI_NOT_FOUND',
    hiddenCause: 'URI_NOT_FOUND',
  },
  username: {
    reason: 'Username/auth name mismatch',
    plain: NOT_FOUND,
    cause: 'AUTH_USERNAME_MISMATCH',
    hiddenCause: 'URI_NOT_FOUND',
  },
  acl: {
    reason: 'Device does not match ACL',
    plain: NOT_FOUND,
    cause: 'URI_NOT_FOUND',
    hiddenCause: 'URI_NOT_FOUND',
    acl: 'device_must_match_acl',
  },
  static: {
    reason: 'Peer is not supposed to register',
    plain: FORBIDDEN,
    cause: 'AUTH_PEER_NOT_DYNAMIC',
    hiddenCause: 'AUTH_PEER_NOT_DYNAMIC',
    acl: 'peer_not_dynamic',
  },
  domain: {
    reason: 'Not a local domain',
    plain: { status: 404, reason: 'Not found (unknown domain)' },
    cause: 'URI_NOT_FOUND',
    hiddenCause: 'URI_NOT_FOUND',
    acl: 'domain_must_match',
  },
  transport: {
    reason: 'Device not configured to use this transport type',
    plain: FORBIDDEN,
    cause: 'URI_NOT_FOUND',
    hiddenCause: 'URI_NOT_FOUND',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof REFUSALS;

const answers = (answer: (name: RefusalName) => Answer): Readonly<Record<RefusalName, Answer>> =>
  Object.fromEntries(
    (Object.keys(REFUSALS) as RefusalName[]).map(name => [name, { ...answer(name), why: name }]),
  ) as Record<RefusalName, Answer>;

/** What each is answered with where nothing is hidden, and where all look alike. */
export const PLAIN = answers(name => REFUSALS[name].plain);
export const HIDDEN = answers(() => FORBIDDEN);

/** A refused request: who asked for what. */
export interface Refused {
  readonly request: Message;
  readonly flow: Flow;
  /** The name that was to be registered. */
  readonly user: string;
  readonly peer: Peer | undefined;
}

/** Tells the log, the security log and, with authfailureevents, the managers. */
export function report(site: Site, refused: Refused, name: RefusalName, check?: Check): void {
  const { request, flow, user, peer } = refused;
  const { reason, cause, hiddenCause }: Refusal = REFUSALS[name];
  const to = quotable(request.header('To') ?? '');
  site.log.notice(`Registration from '${to}' failed for '${formatEndpoint(flow.remote)}' - ${reason}`);
  site.emit('security', refusalEvent(user, request, flow, name, check));
  if (!site.general.authfailureevents || !peer) return;
  site.emit('peerStatus', {
    technology: 'SIP',
    peer: peer.name,
    status: 'Rejected',
    cause: site.general.alwaysauthreject ? hiddenCause : cause,
    ...flow.remote,
  });
}

/** The security event of a refusal. A name that is not there looks like a wrong password once it was challenged. */
export function refusalEvent(
  account: string,
  request: Message,
  flow: Flow,
  name: RefusalName,
  check?: Check,
): SecurityReport {
  const { nonce = '', response = '' } = check?.credentials ?? {};
  const { acl }: Refusal = REFUSALS[name];
  if (acl) return new SecurityReport('FailedACL', account, request, flow, { ACLName: acl });
  if (name === 'transport') {
    const AttemptedTransport = flow.protocol.toUpperCase();
    return new SecurityReport('InvalidTransport', account, request, flow, { AttemptedTransport });
  }
  if (name === 'username') {
    // What would have been right is not written down.
    const fields = { Challenge: nonce, Response: response, ExpectedResponse: '' };
    return new SecurityReport('ChallengeResponseFailed', account, request, flow, fields);
  }
  if (!check) return new SecurityReport('InvalidAccountID', account, request, flow, {});
  const fields = { Challenge: nonce, ReceivedChallenge: nonce, ReceivedHash: response };
  return new SecurityReport('InvalidPassword', account, request, flow, fields);
}
