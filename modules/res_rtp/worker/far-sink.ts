/** A port of another media thread: what it is to hear goes there by a message port between both threads. */
import type { MessagePort } from 'node:worker_threads';
import { emptyFrame, type Frame, type Sink } from './frame.js';
import { HEADER } from './packet.js';

/** A frame, its data copied; or a number that is passed over. */
type Carried = Omit<Frame, 'data' | 'start' | 'end'> & { readonly data: Uint8Array };
type Message = Carried | { readonly passedOver: number; readonly hops: number };

export class FarSink implements Sink {
  readonly #port: MessagePort;

  /** `here` hears what the other sends. */
  constructor(port: MessagePort, here: Sink) {
    this.#port = port;
    const frame = emptyFrame();
    port.on('message', (message: Message) => {
      if ('passedOver' in message) return here.passOver(message.passedOver, message.hops);
      const { data, ...rest } = message;
      const copy = Buffer.allocUnsafe(HEADER + data.length);
      copy.set(data, HEADER);
      return here.hear(Object.assign(frame, rest, { data: copy, start: HEADER, end: copy.length }));
    });
  }

  hear({ data, start, end, codec, marker, sequence, timestamp, source, hops }: Frame): void {
    const copy = new Uint8Array(data.subarray(start, end));
    this.#port.postMessage({ data: copy, codec, marker, sequence, timestamp, source, hops } satisfies Message);
  }

  passOver(source: number, hops: number): void {
    this.#port.postMessage({ passedOver: source, hops } satisfies Message);
  }

  close(): void {
    this.#port.close();
  }
}
