/** The HTTP server on a free port of this machine, and the other end of a WebSocket. */
import { once } from 'node:events';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { Http } from '../../modules/http/server.js';
import type { Bound, HttpServer } from '../../modules/http/token.js';
import type { CoreStage } from './core-stage.js';
import { PATIENCE } from './udp-phone.js';

export const HTTP = '[general]\nenabled=yes\nbindport=0\n';

/** Starts it on a stage whose files have an http.conf, for whoever is tested there. */
export async function serveHttp(stage: CoreStage): Promise<Http> {
  const http = await Http.start(stage.core);
  stage.core.provide<HttpServer>({ name: 'http server' }, http);
  return http;
}

export const urlOf = ({ secure, address, port }: Bound, scheme: 'http' | 'ws', path = '/ws'): string =>
  `${scheme}${secure ? 's' : ''}://${address.includes(':') ? `[${address}]` : address}:${port}${path}`;

export class WebPhone {
  readonly received: { text: string; binary: boolean }[] = [];
  readonly socket: WebSocket;
  readonly #closed: Promise<number>;
  #taken = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.#closed = new Promise(resolve => socket.once('close', resolve));
    socket.on('error', () => undefined); // being hung up on is no error here
    socket.on('message', (data: RawData, binary) => {
      this.received.push({ text: (data as Buffer).toString('latin1'), binary });
      socket.emit('heard');
    });
  }

  /** @throws what the server answers when it does not take it */
  static async open(bound: Bound, options: ClientOptions = {}, protocols = ['sip']): Promise<WebPhone> {
    const socket = new WebSocket(urlOf(bound, 'ws'), protocols, options);
    await once(socket, 'open');
    return new WebPhone(socket);
  }

  get port(): number {
    return (this.socket as unknown as { _socket: { localPort: number } })._socket.localPort;
  }

  send(text: string, binary = false): void {
    this.socket.send(Buffer.from(text, 'latin1'), { binary });
  }

  /** The next message that was not taken yet. @throws when none comes in time */
  async next(): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE);
    while (this.received.length === this.#taken) await once(this.socket, 'heard', { signal });
    return this.received[this.#taken++]!.text;
  }

  /** How the other end hung up: the code of its last frame, 1006 without one. @throws when it does not in time */
  async hungUp(): Promise<number> {
    const late = new Promise<never>((_, reject) => {
      AbortSignal.timeout(PATIENCE).onabort = () => reject(new Error('the WebSocket is still open'));
    });
    return Promise.race([this.#closed, late]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.#closed;
  }
}
