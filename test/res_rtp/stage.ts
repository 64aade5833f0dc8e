/** Real media threads, and phones that talk to them over 127.0.0.1. */
import type { TestContext } from 'node:test';
import { SystemClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import { MediaThreads } from '../../modules/res_rtp/engine.js';
import type { RtpSettings } from '../../modules/res_rtp/orders.js';
import type { RtpFlow, RtpSession } from '../../modules/res_rtp/token.js';
import { sparePort } from '../support/spare-port.js';
import { keptLog } from '../support/wire.js';
import { RtpPhone } from './phone.js';

/** What a session told, in order, and a way to wait for the next. */
export class Told {
  readonly all: unknown[][] = [];
  #waiting: (() => void)[] = [];

  add(...what: unknown[]): void {
    this.all.push(what);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Everything, once there is so much. */
  async upTo(count: number): Promise<unknown[][]> {
    while (this.all.length < count) await new Promise<void>(resolve => void this.#waiting.push(resolve));
    return this.all;
  }
}

export interface Leg {
  readonly rtp: RtpSession;
  readonly phone: RtpPhone;
  readonly told: Told;
  /** What is configured: `changes` over a plain call in u-law. */
  configure(changes?: Partial<RtpFlow>): void;
}

export class MediaStage {
  readonly engine: MediaThreads;
  readonly lines: string[];
  readonly settings: RtpSettings;
  /** Channels that are told to use it. */
  uses = 0;
  readonly #t: TestContext;

  private constructor(t: TestContext, settings: RtpSettings, threads: number) {
    const clock = new SystemClock();
    const heap = new SchedulerHeap(clock, (_label, thrown) => {
      throw thrown;
    });
    const { sched, close } = heap.open();
    const { log, lines } = keptLog();
    this.lines = lines;
    this.settings = settings;
    this.engine = new MediaThreads({ log, clock, sched, usedBy: () => this.#use() }, settings, threads);
    this.#t = t;
    t.after(async () => {
      await this.engine.close();
      close();
    });
  }

  #use(): () => void {
    this.uses += 1;
    return () => {
      this.uses -= 1;
    };
  }

  static async open(t: TestContext, settings: Partial<RtpSettings> = {}, threads = 1): Promise<MediaStage> {
    const start = (await sparePort()) - 400;
    const usual = { dtmfTimeout: 1200, rtcpInterval: 0, strictness: 'yes', probation: 4 } as const;
    return new MediaStage(t, { start, end: start + 399, ...usual, ...settings }, threads);
  }

  async leg(changes: Partial<RtpFlow> = {}, address = '127.0.0.1', theirs = address): Promise<Leg> {
    const told = new Told();
    const rtp = await this.engine.open({
      address,
      listener: {
        digitBegan: digit => told.add('began', digit),
        digitEnded: (digit, ms) => told.add('ended', digit, ms),
        timedOut: () => told.add('timed out'),
        learned: remote => told.add('learned', remote.port),
      },
    });
    if (!rtp) throw new Error('no port');
    const phone = await RtpPhone.open(theirs);
    this.#t.after(() => phone.close());
    const configure = (more: Partial<RtpFlow> = {}) => rtp.configure({ ...plain(phone), ...more });
    configure(changes);
    return { rtp, phone, told, configure };
  }
}

function plain(phone: RtpPhone): RtpFlow {
  const ulaw = { name: 'ulaw', payload: 0, ptime: 20 };
  return {
    remote: phone.remote,
    rtcp: phone.rtcp,
    send: ulaw,
    receive: [ulaw],
    events: { send: 101, receive: 101 },
    tones: false,
    sends: true,
    receives: true,
    symmetric: false,
    timeout: 0,
    keepalive: 0,
  };
}
