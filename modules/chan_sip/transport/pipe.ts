/** What messages of a connection go over, octets or frames: a socket, or a WebSocket. */
import type { Socket } from 'node:net';
import { type Frame, Framer } from '../message/framer.js';

export interface Pipe {
  /** Octets that wait for the other end to read. */
  readonly queued: number;
  /** `written` is told once it is out, or why it is not. */
  write(data: Buffer, written?: (cause?: Error | null) => void): void;
  /** Ends it once everything is out. */
  end(): void;
  /** Ends it at once. */
  destroy(cause?: Error): void;
}

/** What a pipe tells its connection. */
export interface Ear {
  connected(): void;
  /** Read one by one: whoever hears a frame may want no more. */
  heard(frames: Iterable<Frame>): void;
  troubled(cause: Error): void;
  /** What came is no frame: that is its end. */
  misframed(cause: Error): void;
  /** It is of no use any more. */
  failed(reason: string): void;
  /** Nothing of it is left. Told once. */
  closed(): void;
}

export type OpenPipe = (ear: Ear) => Pipe;

/** A socket that carries messages, or another socket that messages go over. */
export class SocketPipe implements Pipe {
  readonly #ear: Ear;
  readonly #framer = new Framer();
  #socket: Socket;

  /** It is closed when `socket` is. */
  constructor(ear: Ear, socket: Socket) {
    this.#ear = ear;
    this.#socket = socket;
    this.#watch(socket);
    socket.once('close', () => ear.closed());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
  }

  get queued(): number {
    return this.#socket.writableLength;
  }

  /** We connect: nothing goes out before we know whom to, over TLS that is after the handshake. */
  connecting(connected: 'connect' | 'secureConnect'): void {
    this.#socket.cork();
    this.#socket.once(connected, () => {
      this.#socket.uncork();
      this.#ear.connected();
    });
    this.carry(this.#socket);
  }

  /** Messages go over this socket. */
  carry(socket: Socket): void {
    if (socket !== this.#socket) this.#watch(socket);
    this.#socket = socket;
    socket.on('data', chunk => this.#ear.heard(this.#framer.push(chunk)));
  }

  write(data: Buffer, written?: (cause?: Error | null) => void): void {
    this.#socket.write(data, written);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(cause?: Error): void {
    this.#socket.destroy(cause);
  }

  #watch(socket: Socket): void {
    socket.on('error', cause => this.#ear.troubled(cause));
  }
}
