/** Runs what a client asks for: finds the action, sees whether the user may, and gives the answer as text. */
import {
  type Actions,
  CommandError,
  LoadDeclined,
  type Logger,
  type ManagerCall,
  ManagerError,
  type ManagerField,
  type ManagerList,
  type SecurityEvent,
  Turns,
  traceOf,
} from '#core';
import { bitsOf, formatMessage } from './format.js';
import type { Header, Request } from './framer.js';
import { PIECE } from './outbox.js';
import type { Session } from './session.js';

export interface PerformerParts {
  readonly actions: Actions;
  readonly log: Logger;
  /** Tells whoever watches for attacks. */
  security(event: SecurityEvent): void;
}

/** Passes a part of an answer on; resolves when it has been read, to whether anybody is there to read more. */
export type PassOn = (text: string) => Promise<boolean>;

/** Whoever an answer is for. */
export interface Reader {
  readonly passOn?: PassOn | undefined;
  readonly gone?: () => boolean;
}

/** Characters of a list that is answered as a whole, as over HTTP: some 150,000 devices. A longer one is broken off. */
const MOST_AT_ONCE = 64 * 1024 * 1024;

const GONE = 'The client is gone';

/** What may be asked for before the login. */
const OPEN: ReadonlySet<string> = new Set(['login', 'logoff', 'challenge']);

export class Performer {
  readonly #parts: PerformerParts;
  /** For the actions of the interface itself. */
  readonly #answers = new WeakMap<ManagerCall, Answer>();

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  /** Who asks. */
  sessionOf(call: ManagerCall): Session {
    return this.#answers.get(call)!.session;
  }

  /** Adds whole messages behind what was answered so far. */
  append(call: ManagerCall, text: string): void {
    this.#answers.get(call)!.append(text);
  }

  /**
   * `gone`: whether nobody is there for the answer any more.
   * @returns the answer as it is sent, as far as it was not passed on before. Never throws.
   */
  async perform(
    session: Session,
    { headers, fault }: Request,
    { passOn, gone = () => session.closed }: Reader = {},
  ): Promise<string> {
    const call = new Answer(session, headers, { passOn, gone });
    this.#answers.set(call, call);
    try {
      if (fault !== undefined) throw new ManagerError(`Failed to parse message: ${fault}`);
      await this.#run(session, call);
    } catch (thrown) {
      call.fail(this.#words(call, thrown));
    }
    return call.text;
  }

  async #run(session: Session, call: Answer): Promise<void> {
    const name = call.get('Action').trim();
    if (name === '') throw new ManagerError('Missing action in request');
    if (!session.user && !OPEN.has(name.toLowerCase())) throw new ManagerError('Permission denied');
    const found = this.#parts.actions.find(name);
    const { name: account = '' } = session.user ?? {};
    if (!found) {
      this.#parts.security(
        session.report('RequestBadFormat', account, { RequestType: `Action: ${name}`, AccountID: account }),
      );
      throw new ManagerError(`Invalid/unknown command: ${name}. Use Action: ListCommands to show available commands.`);
    }
    const { action } = found;
    const needed = bitsOf(action.privileges);
    if (needed !== 0 && ((session.user?.write ?? 0) & needed) === 0) {
      this.#parts.security(session.report('RequestNotAllowed', account, { RequestType: `Action: ${action.name}` }));
      throw new ManagerError('Permission denied');
    }
    await action.run(call);
  }

  #words(call: Answer, thrown: unknown): string {
    if (thrown instanceof ManagerError || thrown instanceof CommandError || thrown instanceof LoadDeclined) {
      // Words for a person may be several lines.
      return thrown.message.trim().split('\n').join('; ');
    }
    this.#parts.log.error(`action '${call.get('Action')}' failed: ${traceOf(thrown)}`);
    return 'Internal error, see the log';
  }
}

class Answer implements ManagerCall {
  readonly headers: readonly Header[];
  readonly id: string;
  readonly session: Session;
  readonly #passOn: PassOn | undefined;
  readonly #gone: () => boolean;
  #texts: string[] = [];
  #entries: number | undefined;

  constructor(session: Session, headers: readonly Header[], { passOn, gone }: Reader & Pick<Required<Reader>, 'gone'>) {
    this.session = session;
    this.headers = headers;
    this.#passOn = passOn;
    this.#gone = gone;
    this.id = this.get('ActionID');
  }

  get text(): string {
    return this.#texts.join('');
  }

  append(text: string): void {
    this.#texts.push(text);
  }

  get(name: string): string {
    const key = name.toLowerCase();
    return this.headers.find(([other]) => other.toLowerCase() === key)?.[1] ?? '';
  }

  all(name: string): readonly string[] {
    const key = name.toLowerCase();
    return this.headers.filter(([other]) => other.toLowerCase() === key).map(([, value]) => value);
  }

  may(privilege: Parameters<ManagerCall['may']>[0]): boolean {
    return ((this.session.user?.write ?? 0) & bitsOf([privilege])) !== 0;
  }

  reply(fields: Iterable<ManagerField>, response: 'Success' | 'Error' | 'Goodbye' = 'Success'): void {
    this.#texts.push(formatMessage([['Response', response], ...this.#id(), ...fields]));
  }

  list(message: string): ManagerList {
    this.reply([
      ['EventList', 'start'],
      ['Message', message],
    ]);
    this.#entries = 0;
    return {
      entry: (event, fields, idLast) => void this.#entry(event, fields, idLast),
      entries: (event, all, fieldsOf, idLast) => this.#entriesOf(event, all, fieldsOf, idLast),
      complete: (event, fields = []) => this.#complete(event, 'Complete', fields),
    };
  }

  /** @returns how long it is */
  #entry(event: string, fields: Iterable<ManagerField>, idLast = false): number {
    this.#entries = (this.#entries ?? 0) + 1;
    const name: ManagerField = ['Event', event];
    const text = formatMessage(idLast ? [name, ...fields, ...this.#id()] : [name, ...this.#id(), ...fields]);
    this.#texts.push(text);
    return text.length;
  }

  async #entriesOf<T>(
    event: string,
    all: Iterable<T>,
    fieldsOf: (one: T) => Iterable<ManagerField>,
    idLast?: boolean,
  ): Promise<void> {
    const turns = new Turns();
    let size = 0;
    for (const one of all) {
      size += this.#entry(event, fieldsOf(one), idLast);
      if (!this.#passOn && size > MOST_AT_ONCE) throw new ManagerError('The list is too long to be answered at once');
      if (this.#passOn && size >= PIECE) {
        const { text } = this;
        this.#texts = [];
        size = 0;
        if (!(await this.#passOn(text))) throw new ManagerError(GONE);
      }
      if (!turns.due) continue;
      await turns.next();
      if (this.#gone()) throw new ManagerError(GONE);
    }
  }

  /** What was begun is ended: a list whose end never comes would keep a client waiting. */
  fail(message: string): void {
    if (this.#entries !== undefined) this.#complete('ListAborted', 'Cancelled');
    else if (this.#texts.length === 0) this.reply([['Message', message]], 'Error');
  }

  #complete(event: string, how: string, fields: Iterable<ManagerField> = []): void {
    const count = this.#entries ?? 0;
    this.#entries = undefined;
    const end: ManagerField[] = [
      ['EventList', how],
      ['ListItems', count],
    ];
    this.#texts.push(formatMessage([['Event', event], ...this.#id(), ...end, ...fields]));
  }

  #id(): ManagerField[] {
    return this.id === '' ? [] : [['ActionID', this.id]];
  }
}
