/** UPDATE of the other end: where it is now, and what it would speak, before the answer to the call and after (RFC 3311 §5.2). */
import type { Message } from '../../message/message.js';
import { SDP, sdpIn } from '../../session/sdp-part.js';
import type { Flow } from '../../transport/transport.js';
import type { Answer } from '../answers.js';
import { NOT_ACCEPTABLE } from './causes.js';
import { UPDATE_MARK } from './shown-identity.js';
import type { Talk } from './talk.js';

const OK: Answer = { status: 200, reason: 'OK' };
const OFF: Answer = { status: 501, reason: 'Method Not Implemented' };
const PENDING: Answer = { status: 491, reason: 'Request Pending' };
/** Seconds after which one that comes too early may come again: up to these (§5.2). */
const LONGEST_WAIT = 10;

export function updated(talk: Talk, request: Message, flow: Flow): Answer {
  if (!talk.option('update')) return marked(talk, request, flow);
  const offer = sdpIn(request.header('Content-Type'), request.body);
  const answer = offer === undefined ? unoffered(request) : offerAnswered(talk, offer);
  if (answer.status !== 200) return answer;
  talk.dialog.refresh(request);
  talk.parts.owner.heardIdentity(request);
  return { ...answer, headers: [talk.contact(flow)] };
}

/** As the original, which takes no UPDATE but that of another of its kind: it tells who the other end is, and nothing more. */
function marked(talk: Talk, request: Message, flow: Flow): Answer {
  if (request.header(UPDATE_MARK[0]) === undefined) return OFF;
  talk.parts.owner.heardIdentity(request);
  return { ...OK, headers: [talk.contact(flow)] };
}

/** It tells where the other end is, and nothing more. */
const unoffered = ({ body }: Message): Answer => (body === '' ? OK : NOT_ACCEPTABLE);

function offerAnswered(talk: Talk, offer: string): Answer {
  const { call, owner } = talk.parts;
  const open = talk.openOffer;
  if (open === 'ours') return PENDING;
  if (open === 'theirs') {
    const wait = Math.floor(call.random() * (LONGEST_WAIT + 1));
    return { status: 500, reason: 'Server error', headers: [['Retry-After', String(wait)]] };
  }
  const answer = owner.session?.answer(offer);
  if (!answer || 'fault' in answer) return NOT_ACCEPTABLE;
  return { ...OK, body: { type: SDP, text: answer.sdp } };
}
