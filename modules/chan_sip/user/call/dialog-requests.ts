/** Requests of ours within a dialog, in the order of the original's headers, and again with credentials where they are asked for. */
import { randomHex } from '#core';
import type { Dialog, DialogParts } from '../../dialog/dialog.js';
import { type Body, request } from '../../message/build.js';
import type { Message } from '../../message/message.js';
import type { ClientRequest } from '../../transaction/layer.js';
import type { Failure } from '../../transaction/record.js';
import type { Flow } from '../../transport/transport.js';
import type { Header } from '../answers.js';
import { agentHeaders } from '../device-request.js';
import type { Sending } from '../fitting.js';
import type { Peer } from '../peer.js';
import { Authorization } from './authorization.js';
import { type CallSite, timersOf } from './call-site.js';
import { type Came, wayIn } from './dialog-way.js';

/** Those that name no Contact of ours. */
const WITHOUT_CONTACT: ReadonlySet<string> = new Set(['BYE', 'CANCEL', 'MESSAGE', 'PRACK']);

export interface DialogRequest {
  readonly method: string;
  readonly headers?: readonly Header[];
  readonly body?: Body | undefined;
}

export interface Hears {
  /** Any but a challenge that is answered. */
  response(message: Message): void;
  failed(how: Failure): void;
}

export interface DialogRequestsParts {
  readonly call: CallSite;
  readonly dialog: Dialog;
  readonly came: Came;
  readonly peer: Peer | undefined;
  /** User of our Contact, as it stands in a URI. */
  readonly contactUser: string;
  /** What the INVITE that made the dialog was asked for. */
  readonly authorization?: Authorization;
}

export class DialogRequests {
  readonly #parts: DialogRequestsParts;
  readonly #authorization: Authorization;
  readonly #sendings = new Set<Sending>();
  #closed = false;

  constructor(parts: DialogRequestsParts) {
    this.#parts = parts;
    this.#authorization = parts.authorization ?? new Authorization(parts.call, parts.peer);
  }

  /** Requests without a final answer. */
  get size(): number {
    return this.#sendings.size;
  }

  /** @returns the CSeq that it begins with */
  send(what: DialogRequest, hears: Hears): number {
    const parts = this.#parts.dialog.request();
    this.#send(what, parts, this.#authorization.first(what.method, parts.uri), hears);
    return parts.cseq;
  }

  /** The ACK to a 2xx, which is no transaction: once for each time the 2xx comes. */
  ack(cseq: number, body?: Body): void {
    const parts = this.#parts.dialog.parts(cseq);
    const headers = this.#authorization.current;
    this.#over(flow => {
      if (flow) flow.send(this.#text({ method: 'ACK', headers, body }, parts, flow).text);
    });
  }

  close(): void {
    this.#closed = true;
    for (const sending of [...this.#sendings]) sending.close();
    this.#sendings.clear();
  }

  #send(what: DialogRequest, parts: DialogParts, credentials: readonly Header[], hears: Hears): void {
    this.#over(flow => {
      if (this.#closed) return;
      if (!flow) hears.failed('error');
      else this.#sendOver(flow, what, parts, credentials, hears);
    });
  }

  #sendOver(flow: Flow, what: DialogRequest, parts: DialogParts, credentials: readonly Header[], hears: Hears): void {
    const { call, peer } = this.#parts;
    const { method } = what;
    const text = this.#text({ ...what, headers: [...credentials, ...(what.headers ?? [])] }, parts, flow);
    let over = false;
    let sending: Sending | undefined;
    const end = (): void => {
      over = true;
      if (sending) this.#sendings.delete(sending);
    };
    const user = {
      response: (message: Message) => {
        if (this.#closed) return;
        if (message.status < 200) return hears.response(message);
        end();
        if (
          (message.status === 401 || message.status === 407) &&
          this.#authorization.answers(message, method, parts.uri)
        ) {
          this.#send(what, this.#parts.dialog.request(), this.#authorization.current, hears);
        } else hears.response(message);
      },
      failed: (how: Failure) => {
        end();
        if (!this.#closed) hears.failed(how);
      },
    };
    sending = call.site.transactions.send(text, flow, user, timersOf(call, peer));
    if (!over) this.#sendings.add(sending);
  }

  /** At once where nothing must be looked up. */
  #over(then: (flow: Flow | undefined) => void): void {
    const { call, dialog, came } = this.#parts;
    const way = wayIn(call.site, dialog, came);
    if (way instanceof Promise) call.site.spawn('look-up of the other end of a call', way.then(then));
    else then(way);
  }

  #text(what: DialogRequest, parts: DialogParts, flow: Flow): ClientRequest {
    const { call, came, peer, contactUser } = this.#parts;
    const { general, ourAddress } = call.site;
    const us = ourAddress.at(flow);
    const branch = `z9hG4bK${randomHex(8)}`;
    const { method, body } = what;
    const text = request({
      ...parts,
      method,
      via: {
        transport: flow.protocol.toUpperCase(),
        host: us.address,
        port: us.port,
        branch,
        rport: peer?.forceRport ?? came.symmetric,
      },
      routesFirst: true,
      maxForwards: peer?.get('maxforwards') || general.maxforwards,
      ...(!WITHOUT_CONTACT.has(method) && { contact: ourAddress.contact(flow, contactUser) }),
      headers: [...agentHeaders(call.site), ...(what.headers ?? [])],
      ...(body && { body }),
    });
    return { text, method, branch };
  }
}
