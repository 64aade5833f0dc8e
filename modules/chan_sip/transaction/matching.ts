/** Which transaction a message belongs to: RFC 3261 §17.1.3 for responses, §17.2.3 for requests. */
import type { Message } from '../message/message.js';

/** What a branch begins with when whoever made it made it unique (RFC 3261 §8.1.1.7). */
const COOKIE = 'z9hG4bK';

/** Between the parts of a key: no header value holds a line break once it is unfolded. */
const SEPARATOR = '\n';

export const clientKey = (branch: string, method: string): string => branch + SEPARATOR + method;

/**
 * The key of the server transaction that `method` with these headers creates or repeats.
 * A bare cookie is no branch: two requests that share it are told apart as those of RFC 2543 are.
 */
export function serverKey(request: Message, method: string): string {
  const { branch, host, port } = request.via;
  if (!branch || !hasCookie(branch)) return oldKey(request, method, toTag(request));
  return branch + SEPARATOR + host.toLowerCase() + SEPARATOR + (port ?? '') + SEPARATOR + method;
}

/**
 * Where the INVITE of an RFC 2543 ACK stands when it came without a To tag: the ACK has the tag that our response gave
 * it, so that the response must be asked too. Undefined for an ACK whose branch says all.
 */
export function untaggedInviteKey(ack: Message): string | undefined {
  const { branch } = ack.via;
  return branch && hasCookie(branch) ? undefined : oldKey(ack, 'INVITE', '');
}

/** What copies of one request share that came by different ways, each with a branch of its own (RFC 3261 §8.2.2.2). */
export const mergeKey = ({ method, callId, cseq, from }: Message): string =>
  [method, callId, cseq.number, from.params.get('tag') ?? ''].join(SEPARATOR);

export const toTag = (message: Message): string => message.to.params.get('tag') ?? '';

const hasCookie = (branch: string): boolean => branch.length > COOKIE.length && branch.startsWith(COOKIE);

const oldKey = (request: Message, method: string, tag: string): string =>
  [
    '',
    request.uri,
    tag,
    request.from.params.get('tag') ?? '',
    request.callId,
    request.cseq.number,
    request.via.text,
    method,
  ].join(SEPARATOR);
