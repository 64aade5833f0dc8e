/** An offer of ours within a call: a re-INVITE, or an UPDATE; again after a clash with one of theirs (RFC 3261 §14.1). */
import { type Job, Q850 } from '#core';
import type { Message } from '../../message/message.js';
import { SDP, sdpIn } from '../../session/sdp-part.js';
import { timersOf } from './call-site.js';
import type { Talk } from './talk.js';

const CLASH = 491;
/** An UPDATE that came too early, where the answer says when it may come again (RFC 3311 §5.3). */
const EARLY = 500;
const LONGEST_WAIT = 60;
/** Answers after which the dialog is no more (RFC 3261 §12.2.1.2). */
const GONE: ReadonlySet<number> = new Set([408, 481]);
/** Clashes after which we give in. */
const MOST_CLASHES = 5;

export class Reoffer {
  readonly #talk: Talk;
  /** Of the one under way; undefined: there is none. */
  #round: object | undefined;
  /** Wanted as soon as nothing else is under way. */
  #wanted: 'INVITE' | 'UPDATE' | undefined;
  #retry: Job | undefined;
  #limit: Job | undefined;
  #clashes = 0;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  get pending(): boolean {
    return this.#round !== undefined;
  }

  ask(method: 'INVITE' | 'UPDATE'): void {
    this.#wanted = method;
    this.resume();
  }

  /** What was in the way is over. */
  resume(): void {
    const method = this.#wanted;
    if (method === undefined || this.#retry || !this.#talk.isOpen || this.#talk.isBusy) return;
    if (!this.#talk.dialog.confirmed) return;
    this.#wanted = undefined;
    this.#send(method);
  }

  close(): void {
    this.#wanted = undefined;
    this.#round = undefined;
    this.#retry?.cancel();
    this.#limit?.cancel();
  }

  #send(method: 'INVITE' | 'UPDATE'): void {
    const { call, owner, peer } = this.#talk.parts;
    const { session } = owner;
    if (!session) return;
    const round = {};
    this.#round = round;
    // Provisional answers alone keep nothing up for ever.
    this.#limit = call.site.sched.after('sip_reinvite', 64 * timersOf(call, peer).t1, () => this.#failed(round, 0));
    owner.said(`Tx: ${method}`);
    this.#talk.requests.send(
      { method, headers: owner.offerHeaders(), body: { type: SDP, text: session.offer() } },
      {
        response: message => this.#answered(round, method, message),
        failed: how => this.#failed(round, how === 'timeout' ? 408 : 0),
      },
    );
  }

  #answered(round: object, method: string, response: Message): void {
    const { status } = response;
    if (status < 200) return;
    // Each time that it comes, whatever it was for.
    if (status < 300 && method === 'INVITE') this.#talk.requests.ack(response.cseq.number);
    if (round !== this.#round) return;
    if (status >= 300) {
      this.#failed(round, status, method, method === 'UPDATE' && status === EARLY ? retryAfter(response) : undefined);
      return;
    }
    this.#over();
    this.#clashes = 0;
    const { owner, dialog } = this.#talk.parts;
    dialog.refresh(response);
    owner.heardIdentity(response);
    const sdp = sdpIn(response.header('Content-Type'), response.body);
    if (sdp === undefined || owner.session?.accept(sdp)) owner.session?.withdraw();
    this.resume();
  }

  /** `wait`: milliseconds after which it may be tried again. */
  #failed(round: object, status: number, method?: string, wait?: number): void {
    if (round !== this.#round) return;
    this.#over();
    const { owner } = this.#talk.parts;
    if ((status === CLASH || wait !== undefined) && this.#clashes < MOST_CLASHES) {
      this.#clashes += 1;
      this.#again(method === 'UPDATE' ? 'UPDATE' : 'INVITE', wait ?? this.#clashWait());
      return;
    }
    owner.session?.withdraw();
    if (GONE.has(status)) owner.lost(Q850.noUserResponse);
    else this.resume();
  }

  /** Whoever made the Call-ID waits longer, so that not both try again at once. */
  #clashWait(): number {
    const { call, ours } = this.#talk.parts;
    return 10 * (Math.floor(call.random() * 201) + (ours ? 210 : 0));
  }

  #again(method: 'INVITE' | 'UPDATE', wait: number): void {
    this.#wanted ??= method;
    this.#retry = this.#talk.parts.call.site.sched.after('sip_reinvite_retry', wait, () => {
      this.#retry = undefined;
      this.resume();
    });
  }

  #over(): void {
    this.#limit?.cancel();
    this.#round = undefined;
  }
}

/** In milliseconds; undefined where none is named. */
function retryAfter(response: Message): number | undefined {
  const seconds = /^\s*(\d{1,5})\b/.exec(response.header('Retry-After') ?? '')?.[1];
  return seconds === undefined ? undefined : 1000 * Math.min(Number(seconds), LONGEST_WAIT);
}
