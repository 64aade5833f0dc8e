/** One connection that several phones stand behind, as behind a proxy: what they send waits, and leaves in one piece. */
import { parse } from '../../modules/chan_sip/message/parser.js';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import type { Line } from './line.js';
import { StreamPhone } from './stream-phone.js';

export class SharedLine {
  /** Whether what is sent waits for flush(). */
  waits = false;
  readonly #stream: StreamPhone;
  /** What has come for each phone, by its name. */
  readonly #received = new Map<string, string[]>();
  /** Whose each call is, by its Call-ID. */
  readonly #owners = new Map<string, string>();
  readonly #unsent: string[] = [];
  #given = 0;

  private constructor(stream: StreamPhone) {
    this.#stream = stream;
  }

  static async open(server: Endpoint): Promise<SharedLine> {
    const stream = await StreamPhone.open(server);
    // Small pieces must not wait for each other.
    stream.socket.setNoDelay(true);
    return new SharedLine(stream);
  }

  /** The end of a phone, whose messages are known by the user that they are for or the call that they are of. */
  of(name: string): Line {
    const received: string[] = [];
    this.#received.set(name, received);
    let taken = 0;
    return {
      protocol: 'TCP',
      endpoint: this.#stream.endpoint,
      received,
      send: text => this.#send(name, text),
      next: async () => {
        for (this.give(); received.length === taken; this.give()) await this.#stream.next();
        return received[taken++]!;
      },
      close: async () => undefined,
    };
  }

  /** Gives what has come to those that it is for. */
  give(): void {
    for (const text of this.#stream.received.slice(this.#given)) {
      const message = parse(Buffer.from(text, 'latin1'));
      const { kind, callId } = message;
      const owner = this.#owners.get(callId) ?? (kind === 'request' ? (message.requestUri.user ?? '') : '');
      this.#owners.set(callId, owner);
      this.#received.get(owner)?.push(text);
      this.#given += 1;
    }
  }

  flush(): void {
    if (this.#unsent.length > 0) this.#stream.send(this.#unsent.splice(0).join(''));
  }

  close(): Promise<void> {
    return this.#stream[Symbol.asyncDispose]();
  }

  #send(name: string, text: string): void {
    const callId = /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? '';
    if (!this.#owners.has(callId)) this.#owners.set(callId, name);
    this.#unsent.push(text);
    if (!this.waits) this.flush();
  }
}
