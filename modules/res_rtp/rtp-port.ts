/** A session of RTP, as a channel driver holds it. */
import type { Channel, Digit, MediaPort, MediaSource, Playback, Recording } from '#core';
import type { Local } from './orders.js';
import type { PortListener, PortReport, ThreadPort } from './thread-port.js';
import type { RtpFigures, RtpFlow, RtpListener, RtpSession } from './token.js';

const NOTHING: RtpFigures = {
  sent: 0,
  received: 0,
  lost: 0,
  lostThere: 0,
  jitter: 0,
  jitterThere: 0,
  roundTrip: undefined,
};

/** What a session keeps of what its port tells. */
export class SessionState implements PortListener {
  figures = NOTHING;
  /** Undefined: there is none. */
  readonly opened: Promise<Local | undefined>;
  readonly #open = Promise.withResolvers<Local | undefined>();
  readonly #listener: RtpListener;
  readonly #refused: (why: string) => void;
  readonly #over: () => void;
  #endUse: (() => void) | undefined;

  /** `refused` hears why there is no session, `over` of the end of one. */
  constructor(listener: RtpListener, refused: (why: string) => void, over: () => void) {
    this.#listener = listener;
    this.#refused = refused;
    this.#over = over;
    this.opened = this.#open.promise;
  }

  told(report: PortReport): void {
    const { kind } = report;
    if (kind === 'opened') this.#open.resolve(report.local);
    else if (kind === 'digit began') this.#listener.digitBegan(report.digit);
    else if (kind === 'digit ended') this.#listener.digitEnded(report.digit, report.duration);
    else if (kind === 'learned') this.#listener.learned(report.remote);
    else if (kind === 'timed out') this.#listener.timedOut();
    else {
      this.#refused(report.why);
      this.#open.resolve(undefined);
    }
  }

  /** Whom it is counted as a use of ends the one before. */
  used(end: (() => void) | undefined): void {
    this.#endUse?.();
    this.#endUse = end;
  }

  counted(figures: RtpFigures): void {
    this.figures = figures;
  }

  over(why?: string): void {
    this.#open.resolve(undefined);
    this.used(undefined);
    this.#over();
    if (why !== undefined) this.#listener.timedOut('its media thread has failed');
  }
}

/** Begins to count a channel as a use of the module. */
type UseOf = (channel: Channel) => (() => void) | undefined;

export class RtpPort implements RtpSession {
  readonly local: Local;
  readonly port: ThreadPort;
  readonly #state: SessionState;
  readonly #begin: UseOf;

  constructor(port: ThreadPort, state: SessionState, local: Local, begin: UseOf) {
    this.port = port;
    this.#state = state;
    this.local = local;
    this.#begin = begin;
  }

  get figures(): RtpFigures {
    return this.#state.figures;
  }

  usedBy(channel: Channel): void {
    if (!this.port.closed) this.#state.used(this.#begin(channel));
  }

  configure(flow: RtpFlow): void {
    if (!this.port.closed) this.port.thread.send({ kind: 'configure', port: this.port.id, flow });
  }

  connect(other: MediaPort | undefined): void {
    this.port.connect(other);
  }

  play(source: MediaSource): Playback {
    return this.port.play(source);
  }

  record(path: string, options?: { readonly append?: boolean; readonly both?: boolean }): Recording {
    return this.port.record(path, options);
  }

  beginDigit(digit: Digit): void {
    this.port.beginDigit(digit);
  }

  endDigit(digit: Digit, durationMs: number): void {
    this.port.endDigit(digit, durationMs);
  }

  close(): void {
    this.port.close();
  }
}
