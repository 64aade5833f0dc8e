/** Stands in for res_rtp where only what it is told counts: no socket, no audio. */
import type { Channel, MediaPort, Playback, Recording } from '#core';
import type { RtpEngine, RtpFlow, RtpListener, RtpSession } from '../../modules/res_rtp/token.js';

const NO_FIGURES = {
  sent: 0,
  received: 0,
  lost: 0,
  lostThere: 0,
  jitter: 0,
  jitterThere: 0,
  roundTrip: undefined,
} as const;

/** One session: what it was configured to last, and the way to tell what the wire would. */
export class RecordedSession implements RtpSession {
  readonly local: RtpSession['local'];
  readonly listener: RtpListener;
  readonly figures = NO_FIGURES;
  flow: RtpFlow | undefined;
  closed = 0;

  constructor(address: string, port: number, listener: RtpListener) {
    this.local = { address, port, rtcpPort: port + 1 };
    this.listener = listener;
  }

  /** Names of the channels whose media it is. */
  readonly users: string[] = [];

  usedBy({ name }: Channel): void {
    this.users.push(name);
  }

  configure(flow: RtpFlow): void {
    this.flow = flow;
  }

  connect(_other: MediaPort | undefined): void {}

  play(): Playback {
    return { ended: Promise.resolve({ how: 'stopped', position: 0 }), position: 0, stop() {} };
  }

  record(): Recording {
    return { ended: Promise.resolve({ how: 'stopped', duration: 0 }), stop() {} };
  }

  beginDigit(): void {}

  endDigit(): void {}

  close(): void {
    this.closed += 1;
  }
}

export class RtpRecorder implements RtpEngine {
  readonly transcodes = ['ulaw', 'alaw'];
  readonly sessions: RecordedSession[] = [];
  /** Ports that are left. */
  free = 100;

  open({ address, listener }: Parameters<RtpEngine['open']>[0]): Promise<RtpSession | undefined> {
    if (this.sessions.length >= this.free) return Promise.resolve(undefined);
    const session = new RecordedSession(address, 13_814 + 2 * this.sessions.length, listener);
    this.sessions.push(session);
    return Promise.resolve(session);
  }

  pipe(): readonly [MediaPort, MediaPort] {
    return [new RecordedSession('127.0.0.1', 1, NOBODY), new RecordedSession('127.0.0.1', 1, NOBODY)];
  }
}

const NOBODY: RtpListener = { digitBegan() {}, digitEnded() {}, timedOut() {}, learned() {} };
