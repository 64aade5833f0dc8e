/** A request that is being answered: its last response to repeat, the flow, the machine that runs it. */
import type { Message } from '../message/message.js';
import { detach } from '../message/octets.js';
import { parse } from '../message/parser.js';
import type { Flow } from '../transport/transport.js';
import { inviteServer } from './invite-server.js';
import { Machine, type Performer } from './machine.js';
import { mergeKey, toTag } from './matching.js';
import { type Failure, inputOf, type Surroundings, type Transaction } from './record.js';
import { type ServerAction, server } from './server.js';

/** Who answers a request, for what is not said by answering it. */
export interface ServerUser {
  /** The ACK to a 2xx, when it came with the branch of its INVITE. */
  acknowledged(ack: Message): void;
  /** `timeout`: a refusal that was never acknowledged. `error`: a response could not be sent. */
  failed(how: Failure): void;
}

/** A response as text, or an ACK. */
type Datum = string | Message;

export class ServerRecord implements Transaction, Performer<ServerAction, Datum> {
  static readonly #actions: Readonly<Record<ServerAction, (record: ServerRecord, datum: Datum | undefined) => void>> = {
    send: (record, response) => record.#send((record.#last = response as string)),
    resend: record => record.#last !== undefined && record.#send(record.#last),
    'pass up': (record, ack) => record.#user?.acknowledged(ack as Message),
    'report timeout': record => record.#user?.failed('timeout'),
    'report error': record => record.#user?.failed('error'),
  };

  readonly side = 'server';
  readonly key: string;
  /** What copies of the request share that come by other ways. */
  readonly merged: string;
  readonly method: string;
  readonly branch: string;
  readonly flow: Flow;
  readonly born: number;
  #user: ServerUser | undefined;
  readonly #over: (key: string) => void;
  readonly #answered: (record: ServerRecord) => void;
  readonly #machine: Machine<ServerAction, Datum>;
  readonly #unsent = (): void => this.#machine.input('error');
  /** The last response, as it went out. */
  #last: string | undefined;

  /** `answered`: it has its final response, and only waits for repeats of its request. */
  constructor(
    key: string,
    request: Message,
    flow: Flow,
    user: ServerUser | undefined,
    answered: (record: ServerRecord) => void,
    surroundings: Surroundings,
  ) {
    this.key = key;
    this.merged = mergeKey(request);
    this.method = request.method;
    this.branch = detach(request.via.branch ?? '');
    this.flow = flow;
    this.born = surroundings.born;
    this.#user = user;
    this.#over = surroundings.over;
    this.#answered = answered;
    const invite = request.method === 'INVITE';
    this.#machine = new Machine<ServerAction, Datum>({
      table: invite ? inviteServer : server,
      start: invite ? 'proceeding' : 'trying',
      reliable: flow.reliable,
      performer: this,
      ...surroundings,
    });
  }

  get state(): string {
    return this.#machine.state;
  }

  /** Sends a response, and again whenever the request is repeated. After a final one others are ignored. */
  respond(status: number, text: string): void {
    this.#machine.input(inputOf(status), text);
    if (status >= 200) this.#answered(this);
  }

  /** The request once more, or the ACK to its response. */
  receive(message: Message): void {
    this.#machine.input(message.method === 'ACK' ? 'ACK' : 'request', message);
  }

  /** Whether the last response carried this To tag. */
  answeredWith(tag: string): boolean {
    return this.#last !== undefined && toTag(parse(this.#last)) === tag;
  }

  release(): void {
    this.#user = undefined;
  }

  close(): void {
    if (this.state === 'terminated') return;
    this.#machine.close();
    this.ended();
  }

  perform(action: ServerAction, datum: Datum | undefined): void {
    ServerRecord.#actions[action](this, datum);
  }

  ended(): void {
    this.#over(this.key);
  }

  #send(text: string): void {
    this.flow.send(text, this.#unsent);
  }
}
