/** A WebSocket that messages go over: each in one frame of its own, text or binary (RFC 7118 §5.1). */
import { isUtf8 } from 'node:buffer';
import type { RawData, WebSocket } from 'ws';
import type { Clock, Timer } from '#core';
import type { Ear, Pipe } from './pipe.js';

/** Octets that may wait when a ping is answered: who asks and does not read gets no answer. */
const LONGEST_BEFORE_PONG = 4096;
const GOING_AWAY = 1001;
const TOO_BIG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

export class WebSocketPipe implements Pipe {
  readonly #ear: Ear;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  /** Milliseconds that the other end may take to take a message. */
  readonly #patience: () => number;
  #unwritten = 0;
  #timer: Timer | undefined;

  constructor(ear: Ear, socket: WebSocket, clock: Clock, patience: () => number) {
    this.#ear = ear;
    this.#socket = socket;
    this.#clock = clock;
    this.#patience = patience;
    socket.on('message', data => this.#heard(data));
    socket.on('ping', data => {
      ear.heard([]);
      if (this.queued <= LONGEST_BEFORE_PONG) socket.pong(data);
    });
    socket.on('pong', () => ear.heard([]));
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === TOO_BIG) ear.heard([{ kind: 'oversized' }]);
      else if (cause.code?.startsWith('WS_ERR_')) ear.misframed(cause);
      else ear.troubled(cause);
    });
    socket.once('close', () => {
      this.#timer?.cancel();
      ear.closed();
    });
  }

  get queued(): number {
    return this.#socket.bufferedAmount;
  }

  write(data: Buffer, written?: (cause?: Error | null) => void): void {
    this.#unwritten += 1;
    // RFC 6455 §8.1: a text frame is UTF-8, or the other end must hang up.
    this.#socket.send(data, { binary: !isUtf8(data) }, cause => {
      this.#unwritten -= 1;
      this.#watch();
      written?.(cause);
    });
    if (this.#unwritten === 1 && this.queued > 0) this.#watch();
  }

  end(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#timer?.cancel();
    // A word of farewell, as far as it goes out at once.
    this.#socket.close(GOING_AWAY);
    this.#socket.terminate();
  }

  #heard(data: RawData): void {
    const whole = data as Buffer; // the other types are those of other settings
    const kind = whole.length === 4 && whole.toString('latin1') === '\r\n\r\n' ? 'ping' : 'message';
    this.#ear.heard([{ kind, data: whole }]);
  }

  /** As long as something waits, something must go. */
  #watch(excused = false): void {
    this.#timer?.cancel();
    if (this.#unwritten === 0 || this.#socket.readyState !== this.#socket.OPEN) return;
    const patience = this.#patience();
    const due = this.#clock.elapsed() + patience;
    this.#timer = this.#clock.after(patience, () => {
      // What was written while the event loop lagged is told only after the timers that are due.
      if (!excused && this.#clock.elapsed() - due > patience) this.#watch(true);
      else this.#ear.failed(`a message was not taken in ${patience} ms, see websocket_write_timeout in sip.conf`);
    });
  }
}
