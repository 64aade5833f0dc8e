/** What the screen shows in its middle, and what it lets a pane do. */
import type { Op, Requests } from '../../json-protocol.js';
import type { Key } from './keys.js';
import type { Line, Size } from './paint.js';

export interface Pane {
  readonly title: string;
  /** What its keys do, a few words each. */
  readonly hints: readonly string[];
  /** At most as many lines as there is room for; it remembers the size for its keys. */
  render(size: Size): readonly Line[];
  /** @returns whether the key was for it */
  key(key: Key): boolean;
}

/** A question in the command line. */
export interface Prompt {
  readonly label: string;
  readonly text: string;
  /** What may be typed, for the line above it. */
  readonly help?: string;
  done(text: string): void;
}

/** What panes may do. */
export interface Hands {
  /** Rejects with a Refusal when the server says no or goes. */
  ask<O extends Op>(op: O, asked: Requests[O]['asked']): Promise<Requests[O]['answer']>;
  /** Runs a command line and shows its answer. */
  run(line: string): void;
  prompt(prompt: Prompt): void;
  /** A question to be answered by y or n. */
  confirm(question: string, yes: () => void): void;
  /** One line, until the next key. */
  notice(text: string): void;
  /** Shows a text over the pane, as the answer of a command. */
  show(title: string, text: string): void;
  /** Something is to be drawn. */
  changed(): void;
}

/** Does a request whose refusal is for the operator to read. */
export function spawn(hands: Hands, work: Promise<unknown>): void {
  work.then(
    () => undefined,
    (thrown: unknown) => {
      if (!(thrown instanceof Refusal)) throw thrown;
      hands.notice(thrown.message);
    },
  );
}

/** The server will not or cannot; the message is for the operator. */
export class Refusal extends Error {}
