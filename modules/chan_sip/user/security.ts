/** Security events of the SIP service: who tried what, from where, in the fields that ban tools know. */
import { hash } from 'node:crypto';
import type { SecurityEvent, SecurityKind, SocketAddress } from '#core';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import type { Site } from './site.js';

/** Its texts are made when somebody reads them: one such event comes with every request. */
export class SecurityReport implements SecurityEvent {
  readonly service = 'SIP';
  readonly #callId: string;
  readonly #flow: Flow;

  constructor(
    readonly kind: SecurityKind,
    readonly account: string,
    request: Message,
    flow: Flow,
    readonly fields: Readonly<Record<string, string>>,
  ) {
    this.#callId = request.callId;
    this.#flow = flow;
  }

  /** The same for every event of a Call-ID; shaped like the address that stands there in the original's log. */
  get session(): string {
    return `0x${hash('md5', this.#callId).slice(0, 12)}`;
  }

  get local(): SocketAddress {
    return { transport: this.#flow.protocol.toUpperCase(), ...this.#flow.local };
  }

  get remote(): SocketAddress {
    return { transport: this.#flow.protocol.toUpperCase(), ...this.#flow.remote };
  }
}

/** Requests whose outcome is told to whoever watches for attacks: the original knows these two. */
const TOLD: ReadonlySet<string> = new Set(['REGISTER', 'INVITE']);

export const isTold = ({ method }: Message): boolean => TOLD.has(method);

/** Every device that is let in passes here, whatever it asks for: the connection that it came over may stay. */
export function authenticated(
  site: Pick<Site, 'emit'>,
  account: string,
  request: Message,
  flow: Flow,
  UsingPassword: '0' | '1',
): void {
  flow.trusted();
  if (!isTold(request)) return;
  site.emit('security', new SecurityReport('SuccessfulAuth', account, request, flow, { UsingPassword }));
}
