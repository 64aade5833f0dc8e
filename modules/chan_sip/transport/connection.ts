/** One connection: a flow over a stream, from the moment it is made until nothing of it is left. */
import type { Clock, Timer } from '#core';
import { type Frame, LONGEST_STREAMED } from '../message/framer.js';
import type { Ear, OpenPipe, Pipe } from './pipe.js';
import type { Stranger, Strangers } from './strangers.js';
import {
  type Counters,
  type Endpoint,
  type Failed,
  type Flow,
  formatFlow,
  type Protocol,
  type Upward,
} from './transport.js';

/** Octets that may wait for the other end to read. */
const LONGEST_QUEUE = 256 * 1024;
/** How long a connection that we open may take. */
const PATIENCE = 10_000;
/** How long we wait for the other end to close after we did. */
const LINGER = 2000;

const PONG = Buffer.from('\r\n');

/** The listener that a connection belongs to. */
export interface Home {
  readonly protocol: Protocol;
  readonly counters: Counters;
  readonly up: Upward;
  readonly clock: Clock;
  readonly strangers: Strangers;
  /** Whether somebody is reached, or registered, over it. */
  used(flow: Flow): boolean;
  flow(remote: Endpoint): Flow;
  /** Nothing more is sent over it. */
  over(connection: Connection): void;
  /** Its socket is closed. */
  gone(connection: Connection): void;
}

/** The two ends of a connection, and who opened it. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly ours: boolean;
  /** Of one that we opened: the name that the other end was asked for by, where it has to prove that. */
  readonly name?: string | undefined;
}

export class Connection implements Flow, Stranger {
  readonly reliable = true;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly ours: boolean;
  readonly name: string | undefined;
  readonly #home: Home;
  readonly #pipe: Pipe;
  /** The one thing that is waited for: credentials, the other end's answer or word, its close. */
  #timer: Timer | undefined;
  #heardAt = 0;
  /** It has not to prove itself any more. */
  #staying = false;
  #promise = Number.POSITIVE_INFINITY;
  /** We opened it, and it came about. */
  #connected = false;
  #state: 'open' | 'ending' | 'over' = 'open';

  constructor(home: Home, { local, remote, ours, name }: Ends, open: OpenPipe) {
    this.local = local;
    this.remote = remote;
    this.ours = ours;
    this.name = name;
    this.#home = home;
    this.#pipe = open(this.#ear());
  }

  get protocol(): Protocol {
    return this.#home.protocol;
  }

  get closed(): boolean {
    return this.#state !== 'open';
  }

  /** Somebody connected: he has a while to prove who he is. */
  accepted(): void {
    const { strangers } = this.#home;
    const { authTimeout } = strangers.limits();
    this.#wait(authTimeout, () =>
      this.cut(`no credentials in ${authTimeout / 1000} s, see tcpauthtimeout in sip.conf`),
    );
    strangers.add(this);
  }

  /** We connect, within bounds. */
  connecting(): void {
    this.#wait(PATIENCE, () => this.#end(new Error(`no connection within ${PATIENCE / 1000} s`)));
  }

  send(text: string, failed?: Failed): void {
    const { up, counters } = this.#home;
    const data = Buffer.from(text, 'latin1');
    const refused = this.#refusal(data.length);
    if (refused) {
      up.unsent(refused, this, counters, failed);
      return;
    }
    this.#pipe.write(data, cause => {
      if (!cause) return;
      this.#end();
      up.unsent(cause, this, counters, failed);
    });
    counters.sent += 1;
    up.sending(text, this);
  }

  to(remote: Endpoint): Flow {
    return this.#home.flow(remote);
  }

  trusted(): void {
    if (this.#state === 'open' && this.#home.strangers.trust(this)) this.#stay();
  }

  promised(ms: number): void {
    this.#promise = ms;
    if (this.#staying) this.#look();
  }

  cut(reason: string): void {
    if (this.#state === 'over') return;
    this.#home.counters.cut += 1;
    this.#home.up.cut(reason, this);
    this.#end();
  }

  /** Ends it without a word. */
  close(): void {
    this.#end();
  }

  /** Why nothing of that length can be sent. */
  #refusal(length: number): Error | undefined {
    if (this.#state !== 'open') return new Error(`the connection to ${formatFlow(this)} is closed`);
    if (this.#pipe.queued + length <= LONGEST_QUEUE) return undefined;
    this.cut('it does not read what is sent to it');
    return new Error(`${formatFlow(this)} does not read what is sent to it`);
  }

  #ear(): Ear {
    return {
      connected: () => {
        this.#connected = true;
        this.#stay();
      },
      heard: frames => this.#heard(frames),
      troubled: cause => this.#home.up.debug(`${formatFlow(this)}: ${cause.message}`),
      misframed: cause => {
        this.#home.counters.misframed += 1;
        this.#home.up.debug(`${formatFlow(this)}: no frame of a WebSocket: ${cause.message}`);
      },
      failed: reason => this.cut(reason),
      closed: () => {
        this.#over();
        this.#home.gone(this);
      },
    };
  }

  #heard(frames: Iterable<Frame>): void {
    if (this.#state !== 'open') return;
    const { up, counters, clock } = this.#home;
    this.#heardAt = clock.elapsed();
    for (const frame of frames) {
      switch (frame.kind) {
        case 'message':
          up.received(frame.data, this, counters);
          break;
        case 'ping':
          up.received(frame.data, this, counters);
          if (!this.#refusal(PONG.length)) this.#pipe.write(PONG);
          break;
        case 'endless':
          up.endless(frame.data, frame.detail, this, counters);
          this.#finish();
          break;
        case 'oversized':
          this.cut(`a message of more than ${LONGEST_STREAMED} octets`);
      }
      // Whoever was told may have ended it.
      if (this.#isOver()) return;
    }
  }

  #isOver(): boolean {
    return this.#state !== 'open';
  }

  /** It stays while it is not silent for too long, or is needed and breaks no promise. */
  #stay(): void {
    this.#heardAt = this.#home.clock.elapsed();
    this.#staying = true;
    this.#look();
  }

  #look(): void {
    const { clock, strangers, used } = this.#home;
    const silent = clock.elapsed() - this.#heardAt;
    const { idle } = strangers.limits();
    const patience = Math.min(idle, this.#promise);
    if (silent < patience) this.#wait(patience - silent, () => this.#look());
    else if (silent < this.#promise && used(this))
      this.#wait(Math.min(idle, this.#promise - silent), () => this.#look());
    else this.#end();
  }

  #wait(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#home.clock.after(ms, run);
  }

  /** Ends it once the last answer is out. What still comes is read and forgotten, so that the answer is not lost. */
  #finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#home.over(this);
    this.#pipe.end();
    this.#wait(LINGER, () => this.#end());
  }

  #end(cause?: Error): void {
    this.#over();
    this.#pipe.destroy(cause);
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#timer?.cancel();
    const { strangers, up } = this.#home;
    strangers.remove(this);
    this.#home.over(this);
    if (this.#connected) up.lost(this);
  }
}
