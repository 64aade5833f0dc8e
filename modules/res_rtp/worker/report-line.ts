/** The RTCP of a session: tells every few seconds how it hears, and keeps what the far end says of us (RFC 3550 §6). */
import { randomOctets } from '#core';
import type { Drops, RtpSettings } from '../orders.js';
import type { RtpAddress, RtpFigures, RtpFlow } from '../token.js';
import { clockOf } from './codec.js';
import type { Outgoing } from './outgoing.js';
import type { Reception } from './reception.js';
import { ntpMiddle, readReports, type TheirReport, writeReport } from './rtcp.js';
import type { SocketPair } from './socket-pair.js';
import type { Watch } from './watch.js';

export interface ReportLineParts {
  readonly pair: Pick<SocketPair, 'port' | 'sendRtcp'>;
  readonly settings: RtpSettings;
  readonly now: () => number;
  readonly wallClock: () => number;
  readonly drops: Drops;
  readonly watch: Watch;
  readonly out: Outgoing;
  readonly reception: Reception;
}

type There = Pick<RtpFigures, 'lostThere' | 'jitterThere' | 'roundTrip'>;

/** Ticks in a second of what reports call time. */
const FRACTIONS = 0x1_0000;

export class ReportLine {
  readonly #parts: ReportLineParts;
  /** Tells nothing of who we are, and holds for the session (RFC 7022 §4.2). */
  readonly #cname = randomOctets(12, 'base64url');
  #flow: RtpFlow | undefined;
  /** Where their reports come from, where that counts. */
  #source: RtpAddress | undefined;
  #nextAt: number | undefined;
  #sentPackets = 0;
  /** Whether anything of ours has gone out. */
  #spoke = false;
  #theirs: { readonly middle: number; readonly at: number } | undefined;
  #there: There = { lostThere: 0, jitterThere: 0, roundTrip: undefined };

  constructor(parts: ReportLineParts) {
    this.#parts = parts;
  }

  /** What the far end says of us. */
  get there(): There {
    return this.#there;
  }

  configure(flow: RtpFlow): void {
    this.#flow = flow;
    this.#source = undefined;
    this.#nextAt ??= this.#parts.now() + this.#parts.settings.rtcpInterval;
  }

  /** @param source where its RTP comes from */
  receive(data: Buffer, address: string, port: number, source: RtpAddress | undefined): void {
    const { drops, watch } = this.#parts;
    if (address !== this.#flow?.rtcp?.address && address !== source?.address) {
      drops['rtcp stranger'] += 1;
      return;
    }
    const report = readReports(data);
    if (!report) {
      drops['rtcp malformed'] += 1;
      return;
    }
    if (this.#flow?.symmetric && address === source?.address) this.#source = { address, port };
    this.#take(report, this.#parts.now());
    watch.rtcpGot(address, port, report);
    watch.stats(() => this.#summary(address, port));
  }

  sweep(now: number): void {
    const { rtcpInterval } = this.#parts.settings;
    if (this.#nextAt === undefined || rtcpInterval === 0 || now < this.#nextAt) return;
    // Half as early to half as late, so that many sessions do not report at once (RFC 3550 §6.2).
    this.#nextAt = now + rtcpInterval * (0.5 + Math.random());
    this.#send(now, false);
  }

  /** Who has never spoken says no goodbye (RFC 3550 §6.3.7). */
  close(now: number): void {
    if (this.#spoke || this.#parts.out.packets > 0) this.#send(now, true);
  }

  #take({ sentAt, block }: TheirReport, now: number): void {
    if (sentAt !== undefined) this.#theirs = { middle: sentAt, at: now };
    if (!block) return;
    const clock = clockOf(this.#flow?.send.name ?? '');
    const { lost: lostThere, jitter, lastReport, sinceLastReport } = block;
    let { roundTrip } = this.#there;
    if (lastReport !== 0) {
      const passed = (ntpMiddle(this.#parts.wallClock()) - lastReport - sinceLastReport) | 0;
      // Clocks that were set meanwhile make no sense of it.
      if (passed >= 0) roundTrip = (passed * 1000) / FRACTIONS;
    }
    this.#there = { lostThere, jitterThere: (jitter * 1000) / clock, roundTrip };
  }

  #send(now: number, goodbye: boolean): void {
    const { pair, out, reception, watch, wallClock } = this.#parts;
    const flow = this.#flow;
    const target = this.#source ?? flow?.rtcp;
    if (!flow?.remote || !target) return;
    const { packets, octets, ssrc } = out;
    const timestamp = out.timeAt(now, clockOf(flow.send.name), 0);
    const data = writeReport({
      ssrc,
      cname: this.#cname,
      sender: packets > this.#sentPackets ? { now: wallClock(), timestamp, packets, octets } : undefined,
      reception: reception.report(),
      lastReport: this.#theirs?.middle ?? 0,
      sinceLastReport: this.#theirs ? Math.round(((now - this.#theirs.at) * FRACTIONS) / 1000) : 0,
      goodbye,
    });
    this.#sentPackets = packets;
    this.#spoke = true;
    pair.sendRtcp(data, target.port, target.address);
    watch.rtcpSent(target.address, target.port, data.length);
  }

  #summary(address: string, port: number): string {
    const { received, lost, jitter } = this.#parts.reception;
    const { lostThere, jitterThere, roundTrip } = this.#there;
    const there = `there: lost ${lostThere}, jitter ${jitterThere.toFixed(1)} ms`;
    const here = `here: received ${received}, lost ${lost}, jitter ${jitter.toFixed(1)} ms`;
    const trip = roundTrip === undefined ? 'unknown' : `${roundTrip.toFixed(1)} ms`;
    return `RTCP of port ${this.#parts.pair.port} with ${address}:${port}: ${here}; ${there}; round trip ${trip}`;
  }
}
