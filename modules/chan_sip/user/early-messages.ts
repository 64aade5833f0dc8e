/** What comes while the devices are not known yet: an answer would tell a phone that it has no account. */
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';

type Take = (message: Message, flow: Flow) => void;

/** Requests over connections, which nobody sends again. What comes beyond them is dropped, as datagrams are: those come again. */
const MOST = 1000;

export class EarlyMessages {
  readonly #take: Take;
  readonly #dropped: () => void;
  /** Undefined once the devices are known. */
  #kept: (readonly [request: Message, flow: Flow])[] | undefined = [];

  constructor(take: Take, dropped: () => void) {
    this.#take = take;
    this.#dropped = dropped;
  }

  /** Responses are to what we asked, whenever they come. */
  receive(message: Message, flow: Flow): void {
    if (!this.#kept || message.kind === 'response') this.#take(message, flow);
    else if (flow.reliable && this.#kept.length < MOST) this.#kept.push([message, flow]);
    else this.#dropped();
  }

  /** The devices are known: what was kept is taken, and all that comes. */
  open(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const [message, flow] of kept) this.#take(message, flow);
  }
}
