/** What is asked of the contexts, and what they answer. */
import type { Channel } from '../channel/channel.js';

/** The priority of a hint. */
export const HINT = -1;

/** A priority of an extension. */
export interface Step {
  readonly context: string;
  /** As written: a pattern. */
  readonly extension: string;
  /** Only for callers with this number, or pattern of numbers; an empty one: for callers without. */
  readonly callerNumber?: string | undefined;
  readonly priority: number;
  readonly label: string | undefined;
  /** Of a hint: the devices. */
  readonly application: string;
  /** As written: variables are replaced when it runs. */
  readonly data: string;
  /** Who put it there. */
  readonly registrar: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

export interface Question {
  readonly context: string;
  readonly extension: string;
  /** Or a label to find. */
  readonly priority: number | { readonly label: string };
  readonly callerNumber: string | undefined;
  readonly channel: Channel | undefined;
  /** Nothing but the step is wanted: what more digits would make is not looked for. */
  readonly stepOnly?: boolean;
}

export interface Answer {
  readonly step: Step | undefined;
  readonly priority: number | undefined;
  /** It is there, or would be with more digits. */
  readonly canMatch: boolean;
  /** A longer one could match. */
  readonly matchMore: boolean;
}

/** Replaces what is in a text; a promise only where somebody must be waited for. */
export type Substitute = (channel: Channel | undefined, text: string) => string | Promise<string>;
