/** A media thread seen from the main thread: what it is asked, what it tells, and what becomes of it when it dies. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, Roster, type Scheduler } from '#core';
import { InOneTurn } from './in-one-turn.js';
import { type Local, movesPorts, noDrops, type Order, type Report, type RtpSettings, type Tally } from './orders.js';
import type { PortListener, ThreadPort } from './thread-port.js';
import type { Task } from './worker/thread.js';

/** The longest that a thread may take to say goodbye for its calls. */
const GOODBYE = 1500;

/** Something that goes on at a port until it ends. */
export interface Job {
  position: number;
  end(report: Extract<Report, { kind: 'played' | 'recorded' }>): void;
  /** The thread is gone. */
  lost(why: string): void;
}

export interface MediaThreadParts {
  readonly task: Task;
  readonly sched: Scheduler;
  /** For the log: what was asked to be seen, and what went wrong. */
  readonly lines: (lines: readonly string[]) => void;
  /** It has died, by itself. */
  readonly died: (why: string) => void;
}

export class MediaThread {
  readonly ports = new Roster<number, ThreadPort>();
  /** Of ports that are closed here, and not there yet. */
  readonly leaving = new Roster<number, PortListener>();
  readonly jobs = new Roster<number, Job>();
  tally: Tally = { figures: [], positions: [], drops: noDrops(), offered: 0 };
  readonly #parts: MediaThreadParts;
  /** Pairs that wait for a session, by the address that is asked for. */
  readonly #offers = new Map<string, Local[]>();
  #settings: RtpSettings;
  /** How often its ports have moved: what was offered before is no more. */
  #round = 0;
  readonly #worker: Worker;
  readonly #orders = new InOneTurn<Order>(orders => this.#post(orders));
  readonly #exited: Promise<void>;
  #ending = false;
  #gone = false;

  constructor(parts: MediaThreadParts) {
    this.#parts = parts;
    this.#settings = parts.task.settings;
    const worker = new Worker(join(__dirname, 'worker', 'thread.js'), { workerData: parts.task, name: 'media' });
    let why = 'a media thread ended';
    worker.on('message', (reports: readonly Report[]) => {
      for (const report of reports) this.#told(report);
    });
    worker.on('error', thrown => {
      why = `a media thread failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown)}`;
    });
    this.#exited = new Promise(resolve => {
      worker.on('exit', () => {
        this.#over(why);
        resolve();
      });
    });
    this.#worker = worker;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** The number that the system knows the thread by, for tests and for who measures. */
  get id(): number {
    return this.#worker.threadId;
  }

  send(order: Order): void {
    if (!this.#gone) this.#orders.add(order);
  }

  /** For sessions that are opened from now on. */
  configure(settings: RtpSettings): void {
    if (movesPorts(this.#settings, settings)) {
      this.#round += 1;
      this.#offers.clear();
    }
    this.#settings = settings;
    this.send({ kind: 'settings', settings });
  }

  /** Begins a session on a pair that waits for one; undefined where there is none. */
  claim(port: number, address: string): Local | undefined {
    const local = this.#gone ? undefined : this.#offers.get(address)?.shift();
    // Nothing comes before who it is about is told where it is, and that is when more is asked of the thread.
    if (local) this.#orders.addIdle({ kind: 'open', port, address, offered: local.port });
    return local;
  }

  /** Ends its calls with a goodbye, then the thread; within bounds. */
  async close(): Promise<void> {
    if (this.#ending) return this.#exited;
    this.#ending = true;
    const limit = this.#parts.sched.after('end of a media thread', GOODBYE, () => void this.#worker.terminate());
    this.send({ kind: 'end' });
    await this.#exited;
    limit.cancel();
  }

  #post(orders: readonly Order[]): void {
    if (this.#gone) return;
    const ports = orders.flatMap(order => (order.kind === 'connect' && order.far ? [order.far] : []));
    this.#worker.postMessage(orders, ports);
  }

  #told(report: Report): void {
    const { kind } = report;
    if (kind === 'lines') this.#parts.lines(report.lines);
    else if (kind === 'tally') this.#tallied(report.tally);
    else if (kind === 'offered') this.#offered(report);
    else if (kind === 'closed') {
      if (report.figures) this.leaving.get(report.port)?.counted(report.figures);
      this.leaving.delete(report.port);
    } else if (kind === 'played' || kind === 'recorded') {
      const job = this.jobs.get(report.job);
      this.jobs.delete(report.job);
      job?.end(report);
    } else this.ports.get(report.port)?.listener.told(report);
  }

  #offered({ address, round, local }: Extract<Report, { kind: 'offered' }>): void {
    if (round !== this.#round) return;
    const offers = this.#offers.get(address);
    if (offers) offers.push(local);
    else this.#offers.set(address, [local]);
  }

  #tallied(tally: Tally): void {
    this.tally = tally;
    for (const [id, figures] of tally.figures) this.ports.get(id)?.listener.counted(figures);
    for (const [id, position] of tally.positions) {
      const job = this.jobs.get(id);
      if (job) job.position = position;
    }
  }

  #over(why: string): void {
    this.#gone = true;
    if (!this.#ending) this.#parts.died(why);
    for (const job of [...this.jobs.values()]) job.lost(why);
    this.jobs.clear();
    for (const port of [...this.ports.values()]) port.lost(why);
    this.ports.clear();
    this.leaving.clear();
  }
}
