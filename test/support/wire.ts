/** A wire for tests: a flow that keeps what is sent with its time, and loses the nth message if told to. */
import type { Clock, Logger } from '#core';
import type { Endpoint, Failed, Flow } from '../../modules/chan_sip/transport/transport.js';

/** Which message cannot be sent, counted from 1, and when the sender hears of it. */
export interface Breakage {
  readonly nth: number;
  readonly heard: 'at once' | 'later';
}

export class Wire implements Flow {
  readonly protocol: 'udp' | 'tcp';
  readonly reliable: boolean;
  readonly local: Endpoint = { address: '192.0.2.1', port: 5060 };
  readonly remote: Endpoint;
  /** What went out, each with the milliseconds since the clock began. */
  readonly sent: [at: number, text: string][] = [];
  /** Messages that were to be sent, lost ones too. */
  attempts = 0;
  readonly #clock: Clock;
  readonly #breakage: Breakage | undefined;

  constructor(
    clock: Clock,
    protocol: 'udp' | 'tcp',
    breakage?: Breakage,
    remote: Endpoint = { address: '192.0.2.7', port: 5062 },
  ) {
    this.#clock = clock;
    this.protocol = protocol;
    this.reliable = protocol === 'tcp';
    this.#breakage = breakage;
    this.remote = remote;
  }

  send(text: string, failed?: Failed): void {
    this.attempts += 1;
    if (this.attempts !== this.#breakage?.nth) {
      this.sent.push([this.#clock.elapsed(), text]);
      return;
    }
    const cause = new Error('the wire is cut');
    if (this.#breakage.heard === 'at once') failed?.(cause);
    else this.#clock.after(0, () => failed?.(cause));
  }

  to(remote: Endpoint): Flow {
    return new Wire(this.#clock, this.protocol, this.#breakage, remote);
  }

  trusted(): void {}

  promised(): void {}

  /** When messages that begin with `start` went out. */
  timesOf(start: string): number[] {
    return this.sent.filter(([, text]) => text.startsWith(start)).map(([at]) => at);
  }

  /** When anything but an ACK went out. */
  get times(): number[] {
    return this.sent.filter(([, text]) => !text.startsWith('ACK ')).map(([at]) => at);
  }

  get acks(): number[] {
    return this.timesOf('ACK ');
  }
}

/** A log that keeps its lines, `level: text`. */
export function keptLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  const log: Logger = {
    error: keep('error'),
    warning: keep('warning'),
    notice: keep('notice'),
    verbose: (_level, text) => keep('verbose')(text),
    debugs: () => true,
    debug: (_level, text) => keep('debug')(text),
  };
  return { log, lines };
}
