/** A port that lives in a media thread, as channels and applications hold it. */
import type { Digit, MediaPort, MediaSource, Playback, PlaybackEnd, Recording } from '#core';
import type { MediaThread } from './media-thread.js';
import type { Report } from './orders.js';
import type { RtpFigures } from './token.js';

/** What concerns one port. */
export type PortReport = Exclude<Report, { kind: 'lines' | 'tally' | 'played' | 'recorded' | 'closed' | 'offered' }>;

/** What a port needs of the engine. */
export interface PortParts {
  readonly thread: MediaThread;
  readonly id: number;
  readonly newJob: () => number;
  readonly connect: (port: ThreadPort, other: MediaPort | undefined) => void;
  /** Hears what the thread tells of the port. */
  readonly listener: PortListener;
}

export interface PortListener {
  told(report: PortReport): void;
  counted(figures: RtpFigures): void;
  /** The port was closed, or, where there is a reason, lost. */
  over(why?: string): void;
}

const GONE = 'the port is closed';

export class ThreadPort implements MediaPort {
  readonly thread: MediaThread;
  readonly id: number;
  readonly listener: PortListener;
  /** What it is connected to; itself: an echo. */
  peer: ThreadPort | undefined;
  readonly #parts: PortParts;
  #closed = false;

  constructor(parts: PortParts) {
    this.#parts = parts;
    this.thread = parts.thread;
    this.id = parts.id;
    this.listener = parts.listener;
    if (this.thread.gone) this.#closed = true;
    else this.thread.ports.set(this.id, this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  connect(other: MediaPort | undefined): void {
    if (!this.#closed) this.#parts.connect(this, other);
  }

  play(source: MediaSource): Playback {
    if (this.#closed)
      return { ended: Promise.resolve({ how: 'failed', position: 0, reason: GONE }), position: 0, stop() {} };
    const { promise, resolve } = Promise.withResolvers<PlaybackEnd>();
    const { thread, id: port } = this;
    const id = this.#parts.newJob();
    const job = {
      position: 0,
      end: (report: Extract<Report, { kind: 'played' | 'recorded' }>) => {
        if (report.kind !== 'played') return;
        job.position = report.end.position;
        resolve(report.end);
      },
      lost: (reason: string) => resolve({ how: 'failed', position: job.position, reason }),
    };
    thread.jobs.set(id, job);
    thread.send({ kind: 'play', port, job: id, source });
    return {
      ended: promise,
      get position() {
        return job.position;
      },
      stop: () => thread.send({ kind: 'stop', port, job: id }),
    };
  }

  record(path: string, options: { readonly append?: boolean; readonly both?: boolean } = {}): Recording {
    type End = Awaited<Recording['ended']>;
    if (this.#closed) return { ended: Promise.resolve({ how: 'failed', duration: 0, reason: GONE }), stop() {} };
    const { promise, resolve } = Promise.withResolvers<End>();
    const { thread, id: port } = this;
    const job = this.#parts.newJob();
    thread.jobs.set(job, {
      position: 0,
      end(report) {
        if (report.kind !== 'recorded') return;
        const { duration, failure } = report;
        resolve(failure === undefined ? { how: 'stopped', duration } : { how: 'failed', duration, reason: failure });
      },
      lost: reason => resolve({ how: 'failed', duration: 0, reason }),
    });
    thread.send({ kind: 'record', port, job, path, append: options.append ?? false, both: options.both ?? false });
    return { ended: promise, stop: () => thread.send({ kind: 'stop', port, job }) };
  }

  beginDigit(digit: Digit): void {
    this.#order({ kind: 'begin digit', port: this.id, digit });
  }

  endDigit(digit: Digit, durationMs: number): void {
    this.#order({ kind: 'end digit', port: this.id, digit, duration: durationMs });
  }

  close(): void {
    if (this.#closed) return;
    this.connect(undefined);
    this.#closed = true;
    this.thread.send({ kind: 'close', port: this.id });
    this.thread.ports.delete(this.id);
    this.thread.leaving.set(this.id, this.listener);
    this.listener.over();
  }

  /** The thread is gone, and the port with it. */
  lost(why: string): void {
    if (this.#closed) return;
    this.connect(undefined);
    this.#closed = true;
    this.listener.over(why);
  }

  #order(order: Parameters<MediaThread['send']>[0]): void {
    if (!this.#closed) this.thread.send(order);
  }
}
