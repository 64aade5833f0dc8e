/** The provisional answers of an INVITE, as its caller takes them: as they are, or each until its PRACK (RFC 3262 §3, §5). */
import { FIRST_RSEQ_LIMIT, ReliableAnswers, rackOf } from '../../dialog/reliable.js';
import type { Message } from '../../message/message.js';
import { SDP, sdpIn } from '../../session/sdp-part.js';
import { abilitiesOf, names, RELIABLE } from '../abilities.js';
import type { Answer } from '../answers.js';
import { NO_CALL } from '../requests.js';
import { timersOf } from './call-site.js';
import { NOT_ACCEPTABLE } from './causes.js';
import type { IncomingLeg } from './incoming-leg.js';
import type { Pracked } from './talk.js';

const OK: Answer = { status: 200, reason: 'OK' };
const UNREADABLE: Answer = { status: 400, reason: 'Bad Request (RAck)' };

export class EarlyAnswers {
  readonly #leg: IncomingLeg;
  /** Undefined: they are not acknowledged. */
  readonly #reliable: ReliableAnswers | undefined;
  #settled = false;

  constructor(leg: IncomingLeg) {
    this.#leg = leg;
    const { admitted } = leg.invitation;
    const { request, peer } = admitted;
    const { desk } = leg;
    const on = abilitiesOf(name => leg.option(name))['100rel'] !== 'no';
    if (!on || !(names(request, 'Require', RELIABLE) || names(request, 'Supported', RELIABLE))) return;
    this.#reliable = new ReliableAnswers({
      sched: desk.site.sched,
      timers: timersOf(desk, peer),
      cseq: request.cseq.number,
      first: 1 + Math.floor(desk.random() * (FIRST_RSEQ_LIMIT - 1)),
      lost: () => leg.unacknowledged(),
    });
  }

  /** Whether they are acknowledged. */
  get reliable(): boolean {
    return this.#reliable !== undefined;
  }

  /** Whether offer and answer have gone both ways for good before the 200, which then has none. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether the 200 must wait. */
  get holdsBack(): boolean {
    return this.#reliable?.holdsBack === true;
  }

  tell(answer: Answer): void {
    const reliable = this.#reliable;
    if (!reliable) {
      this.#leg.provisional(answer)();
      return;
    }
    reliable.send({
      status: answer.status,
      session: answer.body !== undefined,
      begin: rseq =>
        this.#leg.provisional({
          ...answer,
          headers: [...(answer.headers ?? []), ['Require', RELIABLE], ['RSeq', String(rseq)]],
        }),
    });
  }

  /** What a PRACK brings is an answer to our offer, or once that is done an offer (§5). */
  acknowledge(prack: Message): Pracked {
    const reliable = this.#reliable;
    if (!reliable) return { answer: NO_CALL };
    const rack = rackOf(prack);
    if (!rack) return { answer: UNREADABLE };
    const acknowledged = reliable.acknowledge(rack);
    if (!acknowledged) return { answer: NO_CALL };
    const answer = this.#heard(prack, acknowledged.session);
    if (acknowledged.session && !this.#settled) return { answer, after: () => this.#leg.unanswered() };
    return { answer, after: () => this.#goOn(reliable) };
  }

  /** No more of them but the one that holds back the 200. */
  stop(): void {
    this.#reliable?.stop();
  }

  close(): void {
    this.#reliable?.close();
  }

  #goOn(reliable: ReliableAnswers): void {
    reliable.next();
    this.#leg.acknowledged();
  }

  #heard(prack: Message, session: boolean): Answer {
    const sdp = sdpIn(prack.header('Content-Type'), prack.body);
    const { offered, session: media } = this.#leg;
    if (session && !offered && !this.#settled) {
      // Our offer stood in what it acknowledges. Without an answer of theirs there is no call.
      this.#settled = sdp !== undefined && media.accept(sdp) === undefined;
      return this.#settled ? OK : NOT_ACCEPTABLE;
    }
    this.#settled ||= session;
    if (sdp === undefined) return OK;
    const answer = this.#settled ? media.answer(sdp) : undefined;
    if (!answer || 'fault' in answer) return NOT_ACCEPTABLE;
    return { ...OK, body: { type: SDP, text: answer.sdp } };
  }
}
