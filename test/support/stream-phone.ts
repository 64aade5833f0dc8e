/** The other end of a stream: sends what it is told, keeps what it gets, knows when it was hung up on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as secure } from 'node:tls';
import { Framer } from '../../modules/chan_sip/message/framer.js';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { PATIENCE } from './udp-phone.js';

export class StreamPhone {
  /** Whole messages, in their order. */
  readonly received: string[] = [];
  /** Everything that came, octet by octet. */
  text = '';
  readonly socket: Socket;
  readonly #framer = new Framer();
  #taken = 0;
  readonly #closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined); // a reset is one way to be hung up on
    this.#closed = new Promise(resolve => socket.once('close', resolve));
    socket.on('data', chunk => {
      this.text += chunk.toString('latin1');
      for (const frame of this.#framer.push(chunk)) {
        if (frame.kind === 'message') this.received.push(frame.data.toString('latin1'));
      }
      socket.emit('heard');
    });
  }

  static async open({ address, port }: Endpoint): Promise<StreamPhone> {
    const socket = connect({ host: address, port });
    await once(socket, 'connect');
    return new StreamPhone(socket);
  }

  /** @throws when the handshake fails */
  static async secure({ address, port }: Endpoint, options: ConnectionOptions): Promise<StreamPhone> {
    const socket = secure({ host: address, port, ...options });
    await once(socket, 'secureConnect');
    return new StreamPhone(socket);
  }

  get endpoint(): Endpoint {
    return { address: this.socket.localAddress!, port: this.socket.localPort! };
  }

  send(data: string | Buffer): void {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** The next message that was not taken yet. @throws when none comes in time, or the other end hung up */
  async next(): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE);
    while (this.received.length === this.#taken) await this.#heard(signal);
    return this.received[this.#taken++]!;
  }

  /** Until so much came. @throws when it does not in time, or the other end hung up */
  async octets(count: number): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE);
    while (this.text.length < count) await this.#heard(signal);
    return this.text;
  }

  async #heard(signal: AbortSignal): Promise<void> {
    const ended = this.#closed.then(() => {
      throw new Error('the other end hung up');
    });
    await Promise.race([once(this.socket, 'heard', { signal }), ended]);
  }

  /** Resolves when the other end hung up. @throws when it does not in time */
  async hungUp(): Promise<void> {
    const late = new Promise<never>((_, reject) => {
      AbortSignal.timeout(PATIENCE).onabort = () => reject(new Error('the connection is still open'));
    });
    await Promise.race([this.#closed, late]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.#closed;
  }
}
