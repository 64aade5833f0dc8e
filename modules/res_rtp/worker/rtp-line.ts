/** A line that leads to a phone by RTP: packets in, checked, and packets out, in numbers of its own. */
import type { Drops, RtpSettings } from '../orders.js';
import type { RtpAddress, RtpFigures, RtpFlow } from '../token.js';
import { clockOf, transcode } from './codec.js';
import { emptyFrame, type Frame } from './frame.js';
import { type KeyListener, KeysIn } from './keys-in.js';
import { Outgoing } from './outgoing.js';
import { emptyPacket, HEADER, readPacket, writeHeader } from './packet.js';
import type { Speech } from './player.js';
import type { Line, Port } from './port.js';
import { Reception } from './reception.js';
import { ReportLine } from './report-line.js';
import type { SocketPair } from './socket-pair.js';
import { SourceGuard } from './source-guard.js';
import type { Watch } from './watch.js';

/** RFC 3389: payload 13, of which we send the least. */
const COMFORT_NOISE = 13;
const QUIETEST = 127;

export interface RtpLineListener extends KeyListener {
  learned(remote: RtpAddress): void;
  timedOut(): void;
}

export interface RtpLineParts {
  readonly pair: Pick<SocketPair, 'port' | 'listen' | 'sendRtp' | 'sendRtcp'>;
  readonly settings: RtpSettings;
  /** Milliseconds that never go back, and those since the epoch. */
  readonly now: () => number;
  readonly wallClock: () => number;
  readonly newSource: () => number;
  readonly drops: Drops;
  readonly watch: Watch;
  readonly listener: RtpLineListener;
}

/** One for all packets of a thread: each is done with before the next. */
const packet = emptyPacket();

export class RtpLine implements Line {
  readonly #parts: RtpLineParts;
  readonly #out = new Outgoing();
  readonly #reception = new Reception();
  readonly #reports: ReportLine;
  readonly #guard: SourceGuard;
  readonly #keys: KeysIn;
  readonly #frame = emptyFrame();
  #port: Port | undefined;
  #flow: RtpFlow | undefined;
  /** Names of formats by payload number. */
  #receives: readonly (string | undefined)[] = [];
  #source = 0;
  #sentAt = 0;
  #receivedAt = 0;
  #timedOut = false;
  /** Where the far end was told to be. */
  #told: RtpAddress | undefined;
  /** Of the event that is being sent. */
  #eventTime = 0;

  constructor(parts: RtpLineParts) {
    const { settings, listener, pair } = parts;
    this.#parts = parts;
    this.#guard = new SourceGuard(settings.strictness, settings.probation);
    this.#keys = new KeysIn(listener, settings.dtmfTimeout);
    const [out, reception] = [this.#out, this.#reception];
    this.#reports = new ReportLine({ ...parts, out, reception });
    pair.listen({
      rtp: (data, address, port) => this.#receive(data, address, port),
      rtcp: (data, address, port) => this.#reports.receive(data, address, port, this.#guard.source),
    });
  }

  get figures(): RtpFigures {
    const { received, lost, jitter } = this.#reception;
    return { sent: this.#out.packets, received, lost, jitter, ...this.#reports.there };
  }

  get speech(): Speech {
    const { name, ptime } = this.#flow?.send ?? { name: 'ulaw', ptime: 20 };
    return { codec: name, ptime };
  }

  get takesEvents(): boolean {
    return this.#flow?.events !== undefined;
  }

  /** Whom to give what comes. */
  attach(port: Port): void {
    this.#port = port;
  }

  configure(flow: RtpFlow): void {
    this.#flow = flow;
    const receives = new Array<string | undefined>(128).fill(undefined);
    for (const { payload, name } of flow.receive) if (payload >= 0 && payload < 128) receives[payload] = name;
    this.#receives = receives;
    this.#receivedAt = this.#sentAt = this.#parts.now();
    this.#timedOut = false;
    this.#told = undefined;
    this.#guard.learn(flow.remote);
    this.#reports.configure(flow);
    this.#port?.detect(flow.tones && flow.events === undefined);
  }

  say(frame: Frame, now: number): void {
    const flow = this.#flow;
    const target = this.#target;
    if (!flow?.sends || !target) return;
    const { name, payload } = flow.send;
    if (frame.codec !== name && !transcode(frame, name)) {
      this.#parts.drops.untranslatable += 1;
      this.#out.passOver(frame.source);
      return;
    }
    this.#out.carry(frame.source, frame.sequence, frame.timestamp, frame.marker, clockOf(name), now);
    this.#send(frame.data, frame.start, frame.end, payload, target, now);
  }

  event(data: Buffer, began: boolean, now: number): void {
    const flow = this.#flow;
    const target = this.#target;
    if (!flow?.sends || !flow.events || !target) return;
    if (began) this.#eventTime = this.#out.timeAt(now, clockOf(flow.send.name));
    this.#out.insert(this.#eventTime, began, now);
    this.#send(data, HEADER, data.length, flow.events.send, target, now);
  }

  passOver(source: number): void {
    this.#out.passOver(source);
  }

  /** What is due from time to time. */
  sweep(now: number): void {
    this.#keys.check(now);
    const flow = this.#flow;
    if (!flow) return;
    this.#tellSource();
    if (flow.timeout > 0 && !this.#timedOut && now - this.#receivedAt >= flow.timeout) {
      this.#timedOut = true;
      this.#parts.listener.timedOut();
    }
    if (flow.keepalive > 0 && now - this.#sentAt >= flow.keepalive) this.#keepAlive(flow, now);
    this.#reports.sweep(now);
  }

  /** Says goodbye. */
  close(): void {
    this.#keys.renew();
    this.#reports.close(this.#parts.now());
    this.#parts.pair.listen(undefined);
  }

  get #target(): RtpAddress | undefined {
    const remote = this.#flow?.remote;
    return remote && this.#flow?.symmetric ? (this.#guard.source ?? remote) : remote;
  }

  #receive(data: Buffer, address: string, port: number): void {
    const { drops, watch } = this.#parts;
    const wrong = readPacket(data, packet);
    if (wrong) {
      drops[wrong] += 1;
      return;
    }
    const flow = this.#flow;
    const now = this.#parts.now();
    if (!flow || this.#guard.take(address, port, packet.sequence, now) === 'refused') {
      drops[flow ? 'stranger' : 'early'] += 1;
      return;
    }
    if (watch.watched.rtp) watch.rtp('Got', address, port, packet);
    if (this.#guard.learned) this.#tellSource();
    this.#receivedAt = now;
    this.#timedOut = false;
    const renewed = this.#reception.ssrc !== packet.ssrc;
    const latest = this.#reception.take(packet.ssrc, packet.sequence);
    if (renewed) {
      this.#source = this.#parts.newSource();
      this.#keys.renew();
    }
    // A number that is not used closes up, once.
    if (!this.#carried(flow, data, now) && latest) this.#port?.leftOut(this.#source);
  }

  /** @returns false when nothing of it goes on */
  #carried(flow: RtpFlow, data: Buffer, now: number): boolean {
    const { drops } = this.#parts;
    const { payload, start, end, timestamp } = packet;
    if (flow.events?.receive === payload) {
      if (!this.#keys.take(data, start, end, timestamp, now)) drops.event += 1;
      return false;
    }
    const codec = this.#receives[payload];
    if (codec === undefined) {
      drops[payload === COMFORT_NOISE ? 'comfort noise' : 'payload'] += 1;
      return false;
    }
    this.#reception.time(timestamp, clockOf(codec), now);
    if (start === end) {
      drops.empty += 1;
      return false;
    }
    if (!flow.receives) return false;
    this.#port?.arrive(this.#frameOf(data, codec));
    return true;
  }

  #frameOf(data: Buffer, codec: string): Frame {
    const frame = this.#frame;
    frame.codec = codec;
    frame.data = data;
    frame.start = packet.start;
    frame.end = packet.end;
    frame.marker = packet.marker;
    frame.sequence = packet.sequence;
    frame.timestamp = packet.timestamp;
    frame.source = this.#source;
    frame.hops = 0;
    return frame;
  }

  #send(data: Buffer, start: number, end: number, payload: number, target: RtpAddress, now: number): void {
    const out = this.#out;
    const { pair, watch } = this.#parts;
    writeHeader(data, start - HEADER, payload, out.marker, out);
    pair.sendRtp(data, start - HEADER, end, target.port, target.address);
    out.packets += 1;
    out.octets += end - start;
    this.#sentAt = now;
    if (!watch.watched.rtp) return;
    const { sequence, timestamp } = out;
    watch.rtp('Sent', target.address, target.port, { payload, sequence, timestamp, start, end });
  }

  /** Keeps a NAT open; on hold, too, when nothing else does. */
  #keepAlive(flow: RtpFlow, now: number): void {
    const target = this.#target;
    if (!target) return;
    const data = Buffer.alloc(HEADER + 1, QUIETEST);
    this.#out.insert(this.#out.timeAt(now, clockOf(flow.send.name)), false, now);
    this.#send(data, HEADER, data.length, COMFORT_NOISE, target, now);
  }

  #tellSource(): void {
    const { source } = this.#guard;
    if (source === undefined || source === this.#told) return;
    if (!this.#guard.learned && this.#parts.settings.strictness !== 'no') return;
    this.#told = source;
    this.#parts.listener.learned(source);
  }
}
