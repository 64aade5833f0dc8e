/** What modules bring to the manager interface: actions, each owned by its module. Who serves clients runs them. */
import { token } from './registry.js';

/** The classes of actions and events, with the bits that clients may name them by. */
export const privileges = {
  system: 1 << 0,
  call: 1 << 1,
  log: 1 << 2,
  verbose: 1 << 3,
  command: 1 << 4,
  agent: 1 << 5,
  user: 1 << 6,
  config: 1 << 7,
  dtmf: 1 << 8,
  reporting: 1 << 9,
  cdr: 1 << 10,
  dialplan: 1 << 11,
  originate: 1 << 12,
  agi: 1 << 13,
  cc: 1 << 15,
  aoc: 1 << 16,
  test: 1 << 17,
  security: 1 << 18,
  message: 1 << 30,
} as const;

export type Privilege = keyof typeof privileges;

/** `Name: value`. Whoever writes it to the wire makes the value harmless. */
export type ManagerField = readonly [name: string, value: string | number];

/** Fields that every event may have, in small letters: one of whoever is not trusted would make another event of it. */
export const eventFields: ReadonlySet<string> = new Set([
  ...['event', 'privilege', 'response', 'timestamp', 'sequencenumber', 'systemname', 'actionid', 'userevent'],
]);

/** The entries of a list, each an event with the ActionID of the request, and its end. */
export interface ManagerList {
  /** `idLast`: the ActionID stands behind the fields, as recorded of some. */
  entry(event: string, fields: Iterable<ManagerField>, idLast?: boolean): void;
  /** An entry for each of many, with turns of the event loop between, and no faster than the client reads. */
  entries<T>(
    event: string,
    all: Iterable<T>,
    fieldsOf: (one: T) => Iterable<ManagerField>,
    idLast?: boolean,
  ): Promise<void>;
  /** Ends the list; the entries are counted. `fields`: what else its end tells. */
  complete(event: string, fields?: Iterable<ManagerField>): void;
}

/** An action being run. What it answers is sent when it has ended, the entries of long lists before. */
export interface ManagerCall {
  /** All that the client sent, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The client's ActionID; empty when it gave none. */
  readonly id: string;
  /** The value of the first header of that name; empty when there is none. */
  get(name: string): string;
  /** The values of every header of that name. */
  all(name: string): readonly string[];
  /** Whether the user may run actions of that class. */
  may(privilege: Privilege): boolean;
  /** Answers, once. */
  reply(fields: Iterable<ManagerField>, response?: 'Success' | 'Error' | 'Goodbye'): void;
  /** Answers with the beginning of a list. */
  list(message: string): ManagerList;
}

export interface ManagerArgument {
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
  /** May stand several times. */
  readonly repeats?: boolean;
}

export interface ManagerAction {
  readonly name: string;
  /** Any one of these classes is enough; none: every user may. */
  readonly privileges: readonly Privilege[];
  readonly summary: string;
  /** More than the summary, for `manager show command`. */
  readonly help?: string;
  readonly arguments?: readonly ManagerArgument[];
  /** @throws ManagerError with the answer, when it cannot do what was asked; CommandError and LoadDeclined are taken alike. */
  run(call: ManagerCall): void | Promise<void>;
}

/** An action cannot do what was asked; the message is the answer. */
export class ManagerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ManagerError';
  }
}

export interface OwnedAction {
  readonly owner: string;
  readonly action: ManagerAction;
}

export interface Actions {
  /** All or none of them. @returns what withdraws them; one that runs finishes. @throws when a name is taken */
  add(owner: string, ...actions: ManagerAction[]): () => void;
  /** Whatever the case of its letters. */
  find(name: string): OwnedAction | undefined;
  /** Sorted by name. */
  all(): readonly OwnedAction[];
}

export const manager = token<Actions>('manager');

export class ActionTable implements Actions {
  /** By name in lower case. */
  readonly #actions = new Map<string, OwnedAction>();

  get size(): number {
    return this.#actions.size;
  }

  add(owner: string, ...actions: ManagerAction[]): () => void {
    const added = new Map<string, OwnedAction>();
    for (const action of actions) {
      const key = action.name.toLowerCase();
      const before = added.get(key) ?? this.#actions.get(key);
      if (before) throw new Error(`manager action '${action.name}' is already provided by ${before.owner}`);
      added.set(key, { owner, action });
    }
    for (const [key, entry] of added) this.#actions.set(key, entry);
    return () => {
      for (const [key, entry] of added) if (this.#actions.get(key) === entry) this.#actions.delete(key);
    };
  }

  find(name: string): OwnedAction | undefined {
    return this.#actions.get(name.toLowerCase());
  }

  all(): readonly OwnedAction[] {
    return [...this.#actions.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }
}
