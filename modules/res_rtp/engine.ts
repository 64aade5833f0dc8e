/** The media engine: its threads, and the ports in them. */
import { MessageChannel } from 'node:worker_threads';
import type { Core, MediaPort, Job as Wait } from '#core';
import { MediaThread } from './media-thread.js';
import { DROPS, type Drops, type Local, noDrops, type RtpSettings, type Watched } from './orders.js';
import { RtpPort, SessionState } from './rtp-port.js';
import { type PortListener, ThreadPort } from './thread-port.js';
import type { RtpEngine, RtpListener, RtpSession } from './token.js';
import { TRANSCODES } from './worker/codec.js';

/** The longest that a call waits for its port. */
const OPEN_LIMIT = 3000;
/** Threads that may die in a minute, before no other is begun. */
const MOST_DEATHS = 5;
const MINUTE = 60_000;

/** What `rtp show stats` shows of a thread. */
export interface ThreadFigures {
  readonly thread: number;
  readonly sessions: number;
  /** Pairs of ports that are open and wait for a session. */
  readonly offered: number;
}

/** What another module's media is, and that of this one before it was loaded anew, cannot be connected with. */
function threadPortOf(media: MediaPort): ThreadPort | undefined {
  if (media instanceof ThreadPort) return media;
  return media instanceof RtpPort ? media.port : undefined;
}

const noTrouble = (): void => undefined;

const SILENT: PortListener = { told: () => undefined, counted: () => undefined, over: () => undefined };

type Parts = Pick<Core, 'log' | 'clock' | 'sched' | 'usedBy'>;

export class MediaThreads implements RtpEngine {
  readonly transcodes = TRANSCODES;
  readonly #core: Parts;
  readonly #threads: MediaThread[] = [];
  readonly #dropsBefore = noDrops();
  #settings: RtpSettings;
  #wanted: number;
  #watched: Watched = { rtp: undefined, rtcp: undefined, stats: false };
  #next = 1;
  #thread = 0;
  #deaths: number[] = [];
  /** Calls that found no port since that was told. */
  #refusals = 0;
  #refusalWait: Wait | undefined;
  #closing = false;
  /** Sessions that were opened and refused, ever. */
  opened = 0;
  refused = 0;

  constructor(core: Parts, settings: RtpSettings, threads: number) {
    this.#core = core;
    this.#settings = settings;
    this.#wanted = threads;
    this.#staff();
  }

  get watched(): Watched {
    return this.#watched;
  }

  set watched(watched: Watched) {
    this.#watched = watched;
    for (const thread of this.#threads) thread.send({ kind: 'watch', watched });
  }

  /** For sessions that are opened from now on. Threads that died too often are begun again. */
  configure(settings: RtpSettings): void {
    this.#settings = settings;
    this.#deaths = [];
    for (const thread of this.#threads) thread.configure(settings);
    this.#staff();
  }

  async open({ address, listener }: { address: string; listener: RtpListener }): Promise<RtpSession | undefined> {
    const thread = this.#idlest();
    if (!thread) {
      this.#refuse('there is no media thread');
      return undefined;
    }
    const offered = this.#claim(thread, address, listener);
    if (offered) return offered;
    let refused: string | undefined;
    const state = new SessionState(
      listener,
      why => {
        refused = why;
      },
      () => limit.cancel(),
    );
    const port = this.#port(thread, state);
    const limit = this.#core.sched.after('port of a call', OPEN_LIMIT, () => {
      refused = `the media thread gave no port within ${OPEN_LIMIT} ms`;
      port.close();
    });
    thread.send({ kind: 'open', port: port.id, address });
    const local = await state.opened;
    limit.cancel();
    if (local && !port.closed) return this.#session(port, state, local);
    port.close();
    // What was offered meanwhile may be the last there is.
    const late = refused === undefined ? undefined : this.#claim(thread, address, listener);
    if (!late && refused !== undefined) this.#refuse(refused);
    return late;
  }

  /** On a pair that waits already: nobody needs to be asked. */
  #claim(thread: MediaThread, address: string, listener: RtpListener): RtpSession | undefined {
    const id = this.#next++;
    const local = thread.claim(id, address);
    if (!local) return undefined;
    const state = new SessionState(listener, noTrouble, noTrouble);
    return this.#session(this.#port(thread, state, id), state, local);
  }

  #session(port: ThreadPort, state: SessionState, local: Local): RtpSession {
    this.opened += 1;
    return new RtpPort(port, state, local, channel => this.#core.usedBy(channel));
  }

  pipe(): readonly [MediaPort, MediaPort] {
    const thread = this.#idlest();
    if (!thread) throw new Error('there is no media thread');
    const [near, far] = [this.#port(thread, SILENT), this.#port(thread, SILENT)];
    thread.send({ kind: 'pipe', port: near.id, other: far.id });
    return [near, far];
  }

  /** Sessions and ends of pipes. */
  get ports(): number {
    return this.#threads.reduce((sum, { ports }) => sum + ports.size, 0);
  }

  /** Packets dropped so far, by why; as last told by the threads. */
  get drops(): Drops {
    const sum = { ...this.#dropsBefore };
    for (const { tally } of this.#threads) for (const drop of DROPS) sum[drop] += tally.drops[drop];
    return sum;
  }

  threads(): ThreadFigures[] {
    return this.#threads.map(({ id, ports, tally }) => ({ thread: id, sessions: ports.size, offered: tally.offered }));
  }

  /** Ends every session and every thread. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#refusalWait?.cancel();
    await Promise.all(this.#threads.map(thread => thread.close()));
  }

  #port(thread: MediaThread, listener: PortListener, id = this.#next++): ThreadPort {
    const connect = (port: ThreadPort, other: MediaPort | undefined) => this.#connect(port, other);
    return new ThreadPort({ thread, id, newJob: () => this.#next++, connect, listener });
  }

  #connect(port: ThreadPort, wanted: MediaPort | undefined): void {
    const other = wanted && threadPortOf(wanted);
    this.#part(port);
    if (!other || other.closed) return;
    if (other !== port) this.#part(other);
    port.peer = other;
    other.peer = port;
    if (port.thread === other.thread) {
      port.thread.send({ kind: 'connect', port: port.id, other: other.id });
      if (other !== port) port.thread.send({ kind: 'connect', port: other.id, other: port.id });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port.thread.send({ kind: 'connect', port: port.id, other: undefined, far: port1 });
    other.thread.send({ kind: 'connect', port: other.id, other: undefined, far: port2 });
  }

  #part(port: ThreadPort): void {
    const { peer } = port;
    if (!peer) return;
    for (const one of new Set([port, peer])) {
      one.peer = undefined;
      one.thread.send({ kind: 'connect', port: one.id, other: undefined });
    }
  }

  #idlest(): MediaThread | undefined {
    let best: MediaThread | undefined;
    for (const thread of this.#threads) {
      if (!thread.gone && (!best || thread.ports.size < best.ports.size)) best = thread;
    }
    return best;
  }

  #staff(): void {
    while (this.#threads.length < this.#wanted && !this.#closing && this.#deaths.length < MOST_DEATHS) {
      const thread: MediaThread = new MediaThread({
        task: { thread: ++this.#thread, settings: this.#settings },
        sched: this.#core.sched,
        lines: lines => {
          for (const line of lines) this.#core.log.verbose(0, line);
        },
        died: why => this.#died(thread, why),
      });
      this.#threads.push(thread);
      thread.send({ kind: 'watch', watched: this.#watched });
    }
  }

  #died(thread: MediaThread, why: string): void {
    const { log, clock } = this.#core;
    const now = clock.elapsed();
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    for (const drop of DROPS) this.#dropsBefore[drop] += thread.tally.drops[drop];
    this.#deaths = [...this.#deaths.filter(at => now - at < MINUTE), now];
    log.error(`${why}; its ${thread.ports.size} ports are closed`);
    if (this.#deaths.length >= MOST_DEATHS)
      log.error("too many died within a minute: 'module reload res_rtp' begins others");
    this.#staff();
  }

  /** Many calls without a port are one warning a minute. */
  #refuse(why: string): void {
    this.refused += 1;
    this.#refusals += 1;
    if (this.#refusalWait) return;
    const { log, sched } = this.#core;
    log.warning(`no media for a call: ${why}`);
    this.#refusals = 0;
    this.#refusalWait = sched.after('calls without a port', MINUTE, () => {
      this.#refusalWait = undefined;
      if (this.#refusals > 0) this.#refuse(`${this.#refusals + 1} calls in the last minute; ${why}`);
    });
  }
}
