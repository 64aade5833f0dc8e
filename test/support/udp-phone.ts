/** A UDP socket of somebody else: sends what it is told, keeps what it gets, waits for the next. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';

/** Milliseconds until what did not come is taken for lost. */
export const PATIENCE = 15_000;

export class UdpPhone {
  readonly received: string[] = [];
  readonly #socket: Socket;
  #taken = 0;
  #handles: (text: string) => boolean = () => false;
  #heard: Set<string> | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', data => {
      const text = data.toString('latin1');
      if (this.#handles(text) || this.#heard?.has(text)) return;
      this.#heard?.add(text);
      this.received.push(text);
    });
  }

  /** On a free port. @throws when this machine has no such address. */
  static async open(address = '127.0.0.1'): Promise<UdpPhone> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new UdpPhone(socket);
  }

  get endpoint(): Endpoint {
    const { address, port } = this.#socket.address();
    return { address, port };
  }

  /** Sees each message first. @param handles whether nobody else needs to */
  onEach(handles: (text: string) => boolean): void {
    this.#handles = handles;
  }

  /** What is said again, as long as we are slow to answer, is heard once. */
  hearOnce(): void {
    this.#heard = new Set(this.received);
  }

  send(to: Endpoint, data: string | Buffer): void {
    this.#socket.send(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, to.port, to.address);
  }

  /** The next message that was not taken yet. @throws when none comes in time. */
  async next(): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE);
    while (this.received.length === this.#taken) await once(this.#socket, 'message', { signal });
    return this.received[this.#taken++]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>(resolve => this.#socket.close(resolve));
  }
}
