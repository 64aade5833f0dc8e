/** A request of ours that waits for its response: the text to repeat, the flow, the machine that runs it. */
import { ack } from '../message/build.js';
import type { Message } from '../message/message.js';
import { parse } from '../message/parser.js';
import type { Flow } from '../transport/transport.js';
import { type ClientAction, client } from './client.js';
import { inviteClient } from './invite-client.js';
import { Machine, type Performer } from './machine.js';
import { type Failure, inputOf, type Surroundings, type Transaction } from './record.js';

/** Who sent a request: hears of every response to it, or how it failed. */
export interface ClientUser {
  response(message: Message): void;
  /** `cause`: why it could not be sent, as far as somebody says so. */
  failed(how: Failure, cause?: Error): void;
}

/** A request to send. */
export interface ClientRequest {
  readonly text: string;
  readonly method: string;
  readonly branch: string;
}

export class ClientRecord implements Transaction, Performer<ClientAction, Message> {
  static readonly #actions: Readonly<Record<ClientAction, (record: ClientRecord, response: Message) => void>> = {
    resend: record => record.#send(record.#text),
    // RFC 3261 §17.1.1.3: made from the request as it went out.
    ack: (record, response) => record.#send(ack(parse(record.#text), response)),
    'pass up': (record, response) => record.#user?.response(response),
    'report timeout': record => record.#user?.failed('timeout'),
    'report error': record => record.#user?.failed('error', record.#cause),
  };

  readonly side = 'client';
  readonly key: string;
  readonly method: string;
  readonly branch: string;
  readonly flow: Flow;
  readonly born: number;
  readonly #text: string;
  /** Undefined once it has the answer that nothing can follow: a call must not be kept for its transactions. */
  #user: ClientUser | undefined;
  readonly #over: (key: string) => void;
  readonly #machine: Machine<ClientAction, Message>;
  #cause: Error | undefined;
  readonly #unsent = (cause: Error): void => {
    this.#cause = cause;
    this.#machine.input('error');
  };

  constructor(key: string, request: ClientRequest, flow: Flow, user: ClientUser, surroundings: Surroundings) {
    this.key = key;
    this.method = request.method;
    this.branch = request.branch;
    this.flow = flow;
    this.born = surroundings.born;
    this.#text = request.text;
    this.#user = user;
    this.#over = surroundings.over;
    const invite = request.method === 'INVITE';
    this.#machine = new Machine<ClientAction, Message>({
      table: invite ? inviteClient : client,
      start: invite ? 'calling' : 'trying',
      reliable: flow.reliable,
      performer: this,
      ...surroundings,
    });
  }

  get state(): string {
    return this.#machine.state;
  }

  /** Sends the request for the first time, once the layer knows the record: even this may fail at once. */
  begin(): void {
    this.#send(this.#text);
  }

  receive(response: Message): void {
    this.#machine.input(inputOf(response.status), response);
    // To an INVITE there may be more than one 2xx (RFC 6026 §7.2), and an ACK that cannot be sent.
    if (response.status >= 200 && this.method !== 'INVITE') this.#user = undefined;
  }

  close(): void {
    if (this.state === 'terminated') return;
    this.#machine.close();
    this.ended();
  }

  perform(action: ClientAction, response: Message | undefined): void {
    ClientRecord.#actions[action](this, response!);
  }

  ended(): void {
    this.#over(this.key);
  }

  #send(text: string): void {
    this.flow.send(text, this.#unsent);
  }
}
