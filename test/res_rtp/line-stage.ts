/** One line of RTP without sockets: what comes is given to it, what goes out is kept. */
import { TestClock } from '../../core/clock.js';
import { noDrops, type RtpSettings } from '../../modules/res_rtp/orders.js';
import type { RtpFlow } from '../../modules/res_rtp/token.js';
import type { Frame } from '../../modules/res_rtp/worker/frame.js';
import { Pace } from '../../modules/res_rtp/worker/pace.js';
import { Port } from '../../modules/res_rtp/worker/port.js';
import { RtpLine } from '../../modules/res_rtp/worker/rtp-line.js';
import type { PairListener } from '../../modules/res_rtp/worker/socket-pair.js';
import { Watch } from '../../modules/res_rtp/worker/watch.js';
import { type Packet, read } from './phone.js';

export const PHONE = { address: '192.0.2.7', port: 4000 };
export const PHONE_RTCP = { address: '192.0.2.7', port: 4001 };

const ULAW = { name: 'ulaw', payload: 0, ptime: 20 };

export const FLOW: RtpFlow = {
  remote: PHONE,
  rtcp: PHONE_RTCP,
  send: ULAW,
  receive: [ULAW],
  events: { send: 101, receive: 101 },
  tones: false,
  sends: true,
  receives: true,
  symmetric: false,
  timeout: 0,
  keepalive: 0,
};

/** Milliseconds between two looks, as in a thread. */
const LOOK = 100;

export class LineStage {
  readonly clock = new TestClock();
  readonly drops = noDrops();
  readonly watch = new Watch();
  readonly line: RtpLine;
  readonly port: Port;
  /** What came in and was passed on. */
  readonly heard: Buffer[] = [];
  readonly sent: [to: string, packet: Packet][] = [];
  readonly reports: [to: string, data: Buffer][] = [];
  readonly told: string[] = [];
  #wire: PairListener | undefined;
  #sources = 0;

  constructor(settings: Partial<RtpSettings> = {}) {
    const listener = {
      digitBegan: (digit: string) => void this.told.push(`${digit} down`),
      digitEnded: (digit: string, ms: number) => void this.told.push(`${digit} up ${ms}`),
      learned: ({ address, port }: { address: string; port: number }) =>
        void this.told.push(`learned ${address}:${port}`),
      timedOut: () => void this.told.push(`timed out at ${this.clock.elapsed()}`),
      played: () => undefined,
      recorded: () => undefined,
    };
    const usual = {
      start: 5000,
      end: 5001,
      dtmfTimeout: 1200,
      rtcpInterval: 5000,
      strictness: 'yes',
      probation: 4,
    } as const;
    const now = () => this.clock.elapsed();
    const newSource = () => ++this.#sources;
    this.line = new RtpLine({
      pair: {
        port: 5000,
        listen: wire => {
          this.#wire = wire;
        },
        sendRtp: (data, from, to, port, address) =>
          void this.sent.push([`${address}:${port}`, read(Buffer.from(data.subarray(from, to)))]),
        sendRtcp: (data, port, address) => void this.reports.push([`${address}:${port}`, data]),
      },
      settings: { ...usual, ...settings },
      now,
      wallClock: () => this.clock.now(),
      newSource,
      drops: this.drops,
      watch: this.watch,
      listener,
    });
    this.port = new Port(this.line, { pace: new Pace(this.clock), now, newSource, listener });
    this.line.attach(this.port);
    this.port.connect({
      hear: ({ data, start, end }: Frame) => void this.heard.push(Buffer.from(data.subarray(start, end))),
      passOver: () => undefined,
    });
  }

  rtp(data: Buffer, from = PHONE): void {
    this.#wire?.rtp(data, from.address, from.port);
  }

  rtcp(data: Buffer, from = PHONE_RTCP): void {
    this.#wire?.rtcp(data, from.address, from.port);
  }

  /** Lets time pass, with a look every so often, as a thread does. */
  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += LOOK) {
      this.clock.advance(LOOK);
      this.line.sweep(this.clock.elapsed());
    }
  }
}
