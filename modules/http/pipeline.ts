/** Requests that come before the one ahead of them is answered (RFC 9112 §9.3.2): served in turn, and only so many wait. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of one connection. */
const MOST_WAITING = 16;

export class Pipeline {
  /** What is being served first, then what waits. */
  readonly #queues = new WeakMap<Socket, (() => void)[]>();

  /** Serves it when its turn comes. @returns whether there was room for it */
  add(socket: Socket, response: ServerResponse, serve: () => void): boolean {
    const queue = this.#queues.get(socket) ?? [];
    if (queue.length > MOST_WAITING) return false;
    this.#queues.set(socket, queue);
    const run = (): void => {
      serve();
      response.once('close', () => {
        queue.shift();
        // After its last answer a connection hears nothing more.
        if (!socket.destroyed && !socket.writableEnded) queue[0]?.();
      });
    };
    if (queue.push(run) === 1) run();
    return true;
  }
}
