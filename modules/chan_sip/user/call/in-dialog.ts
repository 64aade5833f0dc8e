/** What is answered to requests of the other end within a call, INVITE, PRACK and BYE apart: a row for each method. */

import { parseAddress } from '../../message/address.js';
import type { Message } from '../../message/message.js';
import { decode, firstOctets } from '../../message/octets.js';
import { ParseError } from '../../message/parse-error.js';
import { isKeyType, parseInfoKey } from '../../session/dtmf-body.js';
import type { Flow } from '../../transport/transport.js';
import type { Answer } from '../answers.js';
import { ACCEPT, NO_CALL, typeOf } from '../requests.js';
import type { Talk } from './talk.js';
import { updated } from './update.js';

const OK: Answer = { status: 200, reason: 'OK' };
const ACCEPTED: Answer = { status: 202, reason: 'Accepted' };
const WRONG_TYPE: Answer = { status: 415, reason: 'Unsupported media type' };
const NOT_IMPLEMENTED: Answer = { status: 501, reason: 'Method Not Implemented' };
const BAD_EVENT: Answer = { status: 489, reason: 'Bad event' };
const WITHIN: Answer = { status: 403, reason: 'Forbidden (within dialog)' };
const declined = (why: string): Answer => ({ status: 603, reason: `Declined (${why})` });

/** Digits of a client code that go into a call record. */
const LONGEST_CODE = 80;

type Row = (talk: Talk, request: Message, flow: Flow) => Answer;

const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['OPTIONS', (talk, _request, flow) => ({ ...OK, headers: [talk.contact(flow), ACCEPT] })],
  ['INFO', info],
  ['MESSAGE', (_talk, request) => (typeOf(request.header('Content-Type')) === 'text/plain' ? ACCEPTED : WRONG_TYPE)],
  ['REFER', refer],
  ['NOTIFY', (_talk, request) => (typeOf(request.header('Event')) === 'keep-alive' ? OK : BAD_EVENT)],
  ['UPDATE', updated],
  ['SUBSCRIBE', () => WITHIN],
  ['PUBLISH', () => ({ ...BAD_EVENT, reason: 'Bad Event' })],
]);

const UNKNOWN: Answer = { ...NOT_IMPLEMENTED, headers: [ACCEPT] };

export const answerInDialog = (talk: Talk, request: Message, flow: Flow): Answer =>
  ROWS.get(request.method)?.(talk, request, flow) ?? UNKNOWN;

function info(talk: Talk, request: Message): Answer {
  const { owner } = talk.parts;
  const type = typeOf(request.header('Content-Type'));
  if (isKeyType(type)) {
    if (owner.channel.hangingUp) return NO_CALL;
    const key = parseInfoKey(type, request.body);
    if (!key) return WRONG_TYPE;
    owner.channel.digitBegan(key.digit);
    owner.channel.digitEnded(key.digit, key.duration);
    return OK;
  }
  const code = request.header('X-ClientCode');
  if (code !== undefined) {
    if (talk.option('useclientcode')) owner.channel.userfield = decode(firstOctets(code, LONGEST_CODE));
    return OK;
  }
  // Nobody records calls here.
  if (request.header('Record') !== undefined) return { status: 403, reason: 'Unauthorized' };
  return request.body === '' || type === 'application/media_control+xml' ? OK : WRONG_TYPE;
}

/** Nobody is transferred here. */
function refer(_talk: Talk, request: Message): Answer {
  const to = request.header('Refer-To');
  if (to === undefined || to.trim() === '') return { status: 400, reason: 'Bad Request (Refer-to missing)' };
  return isSip(to) ? declined('policy') : declined('Non sip: uri');
}

function isSip(text: string): boolean {
  try {
    return /^sips?$/.test(parseAddress(text).uri.scheme);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return false;
  }
}
