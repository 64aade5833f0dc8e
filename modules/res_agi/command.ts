/** What a command of AGI is, and what it is run on. */
import type { Channel } from '#core';
import type { Tools } from './tools.js';

/** The call that a program leads. */
export interface Led {
  readonly channel: Channel;
  readonly tools: Tools;
  /** Says something before the answer. */
  send(line: string): void;
  /** The program has sent the channel to a priority: not the one behind AGI's is next. */
  placed(): void;
}

export interface AgiCommand {
  /** In small letters: `get full variable`. */
  readonly name: string;
  /** Behind its name: `<family> <key>`. */
  readonly syntax: string;
  readonly summary: string;
  /** Whether it can be used once the caller has hung up. */
  readonly dead: boolean;
  /** How many arguments it takes. */
  readonly takes: readonly [least: number, most: number];
  /** @returns what stands behind 200. @throws WrongUse for arguments that are none */
  run(led: Led, given: readonly string[]): string | Promise<string>;
}

export class WrongUse extends Error {}

export const FAILED = 'result=-1';

/** A digit as its code, 0 for none; nothing more is done with a call that is gone. */
export const digitResult = (channel: Channel, digit: string | undefined): string => {
  if (digit !== undefined) return `result=${digit.charCodeAt(0)}`;
  return channel.interrupted ? FAILED : 'result=0';
};

/** @throws WrongUse */
export function wholeNumber(text: string | undefined, otherwise?: number): number {
  if (text === undefined && otherwise !== undefined) return otherwise;
  if (text === undefined || !/^[-+]?\d{1,10}$/.test(text.trim())) throw new WrongUse();
  return Number(text);
}

/** Milliseconds to wait; below 0: for ever. */
export const patience = (ms: number): number | undefined => (ms < 0 ? undefined : ms);
