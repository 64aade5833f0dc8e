/** Requests that wait for something outside: each once, however often it is sent, and only so many. */
import type { Message } from '../message/message.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';

/** Each may be as long as a datagram. */
const MOST = 500;

export class Waiting {
  readonly #requests = new Set<string>();
  #dropped = 0;

  /** @returns what ends its wait; undefined when it waits already, or too many do: its sender will send it again. */
  begin({ method, callId, cseq }: Message, { protocol, remote }: Flow): (() => void) | undefined {
    const key = `${method} ${cseq.number} ${protocol} ${formatEndpoint(remote)} ${callId}`;
    if (this.#requests.has(key)) return undefined;
    if (this.#requests.size >= MOST) {
      this.#dropped += 1;
      return undefined;
    }
    this.#requests.add(key);
    return () => void this.#requests.delete(key);
  }

  /** 0 to 1. */
  get fullness(): number {
    return this.#requests.size / MOST;
  }

  /** How many wait, and how many were not taken for want of room. */
  row(): { readonly waiting: number; readonly dropped: number } {
    return { waiting: this.#requests.size, dropped: this.#dropped };
  }
}
