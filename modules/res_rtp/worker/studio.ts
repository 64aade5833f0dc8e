/** All ports of a media thread: does what it is asked to, and tells what there is to tell. */
import { type Clock, type MediaSource, messageOf, type Timer } from '#core';
import { type Local, movesPorts, noDrops, type Order, type Report, type RtpSettings, type Tally } from '../orders.js';
import type { RtpFigures } from '../token.js';
import { FarSink } from './far-sink.js';
import { openFile } from './file-sound.js';
import { Pace } from './pace.js';
import { PipeLine } from './pipe-line.js';
import { PortPool } from './pool.js';
import { Port } from './port.js';
import { RtpLine } from './rtp-line.js';
import type { SocketPair } from './socket-pair.js';
import { parseTones, type Sound, ToneSound } from './tones.js';
import { Watch } from './watch.js';

/** Milliseconds between two looks at what is due, and how many looks there are between two tallies. */
const LOOK = 100;
const TALLY = 10;
/** Sources of one thread; those of the next come after. */
const SOURCES = 2 ** 40;

interface Session {
  readonly port: Port;
  readonly line: RtpLine | PipeLine;
  /** Gives the sockets back. */
  readonly release: () => Promise<void>;
  far: FarSink | undefined;
}

export interface StudioParts {
  readonly clock: Clock;
  /** Its number among the media threads. */
  readonly thread: number;
  readonly settings: RtpSettings;
  readonly tell: (report: Report) => void;
  /** What can wait for others, and what sends it all the same. */
  readonly mention: (report: Report) => void;
  readonly flush: () => void;
}

export class Studio {
  readonly #parts: StudioParts;
  readonly #pace: Pace;
  readonly #watch = new Watch();
  readonly #drops = noDrops();
  readonly #sessions = new Map<number, Session>();
  readonly #pools = new Map<string, PortPool>();
  /** What is closing. */
  readonly #closing = new Set<Promise<unknown>>();
  /** Closed before its sockets were there. */
  readonly #opening = new Map<number, { closed: boolean }>();
  #settings: RtpSettings;
  /** How often the ports have moved. */
  #round = 0;
  #sources: number;
  #timer: Timer | undefined;
  #looks = 0;

  constructor(parts: StudioParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#sources = parts.thread * SOURCES;
    this.#pace = new Pace(parts.clock);
  }

  /** Resolves when it is done. */
  async obey(order: Order): Promise<void> {
    switch (order.kind) {
      case 'settings':
        return this.#configure(order.settings);
      case 'watch':
        this.#watch.watched = order.watched;
        return undefined;
      case 'open':
        return order.offered === undefined ? this.#open(order.port, order.address) : this.#claim(order);
      case 'pipe':
        return this.#pipe(order.port, order.other);
      case 'end':
        return this.#end();
      default:
        return this.#direct(order);
    }
  }

  /** What concerns one port; nothing when it is gone. */
  async #direct(order: Exclude<Order, { kind: 'settings' | 'watch' | 'open' | 'pipe' | 'end' }>): Promise<void> {
    const opening = this.#opening.get(order.port);
    if (opening && order.kind === 'close') opening.closed = true;
    const session = this.#sessions.get(order.port);
    if (!session) {
      if (order.kind === 'close') this.#parts.tell({ kind: 'closed', port: order.port, figures: undefined });
      return;
    }
    const { port, line } = session;
    switch (order.kind) {
      case 'configure':
        return line instanceof RtpLine ? line.configure(order.flow) : undefined;
      case 'connect':
        return this.#connect(session, order);
      case 'play':
        return port.play(order.job, soundOf(order.source));
      case 'record':
        return port.record(order.job, order);
      case 'stop':
        return port.stop(order.job);
      case 'begin digit':
        return port.beginDigit(order.digit);
      case 'end digit':
        return port.endDigit(order.digit, order.duration);
      case 'close':
        return this.#close(order.port, session);
    }
  }

  async #configure(settings: RtpSettings): Promise<void> {
    const moved = movesPorts(this.#settings, settings);
    this.#settings = settings;
    if (!moved) return;
    this.#round += 1;
    await this.#closePools();
  }

  #claim({ port, address, offered }: Extract<Order, { kind: 'open' }>): void {
    const pool = this.#poolOf(address);
    this.#begin(port, pool, pool.claim(offered!));
  }

  #begin(id: number, pool: PortPool, pair: SocketPair): void {
    this.#add(id, this.#rtpLine(id, pair), () => pool.give(pair));
  }

  async #open(id: number, address: string): Promise<void> {
    const opening = { closed: false };
    this.#opening.set(id, opening);
    const pool = this.#poolOf(address);
    try {
      const pair = await pool.take();
      if (!pair) this.#refuse(id, `no port is free on ${address} ${this.#range()}`);
      else if (opening.closed) await pool.give(pair);
      else {
        this.#begin(id, pool, pair);
        this.#parts.tell({ kind: 'opened', port: id, local: localOf(pair) });
      }
    } catch (thrown) {
      this.#refuse(id, `${address}: ${messageOf(thrown)}`);
    } finally {
      this.#opening.delete(id);
    }
  }

  #refuse(port: number, why: string): void {
    this.#parts.tell({ kind: 'refused', port, why });
  }

  #range(): string {
    const { start, end } = this.#settings;
    return `between rtpstart=${start} and rtpend=${end} of rtp.conf`;
  }

  #rtpLine(id: number, pair: SocketPair): RtpLine {
    const { clock, tell } = this.#parts;
    return new RtpLine({
      pair,
      settings: this.#settings,
      now: () => clock.elapsed(),
      wallClock: () => clock.now(),
      newSource: () => ++this.#sources,
      drops: this.#drops,
      watch: this.#watch,
      listener: {
        ...this.#keyListener(id),
        learned: remote => tell({ kind: 'learned', port: id, remote }),
        timedOut: () => tell({ kind: 'timed out', port: id }),
      },
    });
  }

  #keyListener(id: number) {
    const { tell } = this.#parts;
    return {
      digitBegan: (digit: string) => tell({ kind: 'digit began', port: id, digit }),
      digitEnded: (digit: string, duration: number) => tell({ kind: 'digit ended', port: id, digit, duration }),
    };
  }

  #add(id: number, line: RtpLine | PipeLine, release: () => Promise<void>): Port {
    const { clock, tell } = this.#parts;
    const port = new Port(line, {
      pace: this.#pace,
      now: () => clock.elapsed(),
      newSource: () => ++this.#sources,
      listener: {
        ...this.#keyListener(id),
        played: (job, end) => tell({ kind: 'played', job, end }),
        recorded: (job, duration, failure) =>
          tell({ kind: 'recorded', job, duration, ...(failure === undefined ? {} : { failure }) }),
      },
    });
    if (line instanceof RtpLine) line.attach(port);
    this.#sessions.set(id, { port, line, release, far: undefined });
    this.#timer ??= clock.after(LOOK, () => this.#look());
    return port;
  }

  #pipe(id: number, other: number): void {
    const [near, far] = [new PipeLine(), new PipeLine()];
    far.attach(this.#add(id, near, () => Promise.resolve()));
    near.attach(this.#add(other, far, () => Promise.resolve()));
  }

  #connect(session: Session, { other, far }: Extract<Order, { kind: 'connect' }>): void {
    session.far?.close();
    session.far = far && new FarSink(far, session.port);
    session.port.connect(session.far ?? (other === undefined ? undefined : this.#sessions.get(other)?.port));
  }

  async #close(id: number, session: Session): Promise<void> {
    const { port, line } = session;
    this.#sessions.delete(id);
    const figures = line instanceof RtpLine ? line.figures : undefined;
    this.#parts.tell({ kind: 'closed', port: id, figures });
    session.far?.close();
    if (line instanceof RtpLine) line.close();
    else line.attach(undefined);
    for (const other of this.#sessions.values()) if (other.port.peer === port) other.port.connect(undefined);
    const closing = Promise.all([port.close(), session.release()]);
    this.#closing.add(closing);
    await closing;
    this.#closing.delete(closing);
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#sessions].map(([id, session]) => this.#close(id, session)));
    await Promise.all(this.#closing);
    await this.#closePools();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #poolOf(address: string): PortPool {
    const known = this.#pools.get(address);
    if (known) return known;
    const { clock, tell, mention } = this.#parts;
    const round = this.#round;
    const pool = new PortPool({
      address,
      range: this.#settings,
      unsent: () => this.#drops.unsent++,
      now: () => clock.elapsed(),
      offer: (pair, few) => (few ? tell : mention)({ kind: 'offered', address, round, local: localOf(pair) }),
    });
    this.#pools.set(address, pool);
    return pool;
  }

  async #closePools(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map(pool => pool.close()));
  }

  #look(): void {
    const { clock, tell, flush } = this.#parts;
    const now = clock.elapsed();
    for (const { line } of this.#sessions.values()) if (line instanceof RtpLine) line.sweep(now);
    const lines = this.#watch.take();
    if (lines.length > 0) tell({ kind: 'lines', lines });
    flush();
    this.#looks = (this.#looks + 1) % TALLY;
    if (this.#looks === 0) {
      this.#tally();
      for (const pool of this.#pools.values()) void pool.sweep();
    }
    const resting = [...this.#pools.values()].some(pool => pool.resting > 0);
    this.#timer =
      this.#sessions.size > 0 || this.#looks > 0 || resting ? clock.after(LOOK, () => this.#look()) : undefined;
  }

  #tally(): void {
    const figures: [number, RtpFigures][] = [];
    const positions: (readonly [number, number])[] = [];
    for (const [id, { line, port }] of this.#sessions) {
      if (line instanceof RtpLine) figures.push([id, line.figures]);
      if (port.position) positions.push(port.position);
    }
    let offered = 0;
    for (const pool of this.#pools.values()) offered += pool.offered;
    const tally: Tally = { figures, positions, drops: { ...this.#drops }, offered };
    this.#parts.tell({ kind: 'tally', tally });
  }
}

const localOf = ({ address, port }: SocketPair): Local => ({ address, port, rtcpPort: port + 1 });

async function soundOf(source: MediaSource): Promise<Sound | string> {
  if (source.kind === 'file') return openFile(source.path, source.from ?? 0);
  const tones = parseTones(source.tones);
  return typeof tones === 'string' ? tones : new ToneSound(tones);
}
