/** Keeps a connection to the PBX: when it is lost, another is tried for until there is one. */
import type { Clock, Greeting, Timer } from '#core';
import type { Op, Push, Requests } from '../../json-protocol.js';
import { JsonLink } from './json-link.js';
import { Refusal } from './pane.js';

/** Milliseconds before the first try, and the most between two. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5_000;

export interface KeeperEvents {
  opened(greeting: Greeting, hello: Requests['hello']['answer']): void;
  pushed(push: Push): void;
  older(): void;
  /** There is no connection; the next try is `wait` milliseconds away. */
  lost(reason: string, wait: number): void;
}

export class Keeper {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #events: KeeperEvents;
  #link: JsonLink | undefined;
  #open = false;
  #wait = FIRST_WAIT;
  #timer: Timer | undefined;

  constructor(path: string, clock: Clock, events: KeeperEvents) {
    this.#path = path;
    this.#clock = clock;
    this.#events = events;
    this.#connect();
  }

  ask<O extends Op>(op: O, asked: Requests[O]['asked']): Promise<Requests[O]['answer']> {
    if (this.#link && this.#open) return this.#link.ask(op, asked);
    return Promise.reject(new Refusal('The PBX is not there; this was not done.'));
  }

  close(): void {
    this.#open = false;
    this.#timer?.cancel();
    this.#link?.close();
  }

  #connect(): void {
    this.#link = new JsonLink(this.#path, this.#clock, {
      opened: (greeting, hello) => {
        this.#open = true;
        this.#wait = FIRST_WAIT;
        this.#events.opened(greeting, hello);
      },
      pushed: push => this.#events.pushed(push),
      older: () => {
        this.close();
        this.#events.older();
      },
      // Its path does not change, and there is not much room.
      closed: reason => this.#closed(reason.replace(` on ${this.#path}:`, ':')),
    });
  }

  #closed(reason: string): void {
    this.#open = false;
    const wait = this.#wait;
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    this.#timer = this.#clock.after(wait, () => this.#connect());
    this.#events.lost(reason, wait);
  }
}
