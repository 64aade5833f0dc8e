/** The JSON mode of the control socket: what is asked, answered and pushed, for both of its sides. */
import type { Cell, Completion, FeedEntry, LastReload, Level, Outcome } from '#core';

export interface ShownColumn {
  readonly title: string;
  readonly key: string;
  readonly width: number;
  readonly grow: boolean;
  readonly right: boolean;
}

export interface ShownView {
  readonly name: string;
  readonly title: string;
  readonly key?: string | undefined;
  readonly columns: readonly ShownColumn[];
  readonly actions: readonly { readonly key: string; readonly label: string; readonly confirm: boolean }[];
  /** Whether its rows have details. */
  readonly detail: boolean;
}

export interface ShownFeed {
  readonly name: string;
  readonly title: string;
  readonly key?: string | undefined;
  /** What a filter may be, in words. */
  readonly filter: string;
}

export interface ShownViews {
  readonly views: readonly ShownView[];
  readonly feeds: readonly ShownFeed[];
}

export interface ShownRow {
  readonly id: string;
  /** By column; what is not there is null. */
  readonly cells: readonly (Cell | null)[];
}

/** A command line to run, and a question that goes before it. */
export interface ShownLine {
  readonly line: string;
  readonly confirm?: string;
}

/** How much is told: to this console, and by the PBX. */
export interface Levels {
  readonly verbose: number;
  /** By module; all of them under an empty name. */
  readonly debug: readonly (readonly [module: string, level: number])[];
}

/** Each request by its name: what it carries beside `id` and `op`, and what its answer carries beside `id`. */
export interface Requests {
  hello: {
    asked: object;
    answer: { version: string; pid: number; systemname: string; startedAt: number; loadedAt: number };
  };
  status: {
    asked: object;
    answer: {
      /** Seconds. */
      uptime: number;
      /** Milliseconds by which the event loop was late since this client asked last. */
      delay: { p99: number; max: number };
      lastReload?: LastReload;
      summaries: readonly { view: string; text: string }[];
    };
  };
  /** `levels`: what is told from now on, where the command is about that. */
  run: { asked: { line: string; width?: number }; answer: { outcome: Outcome; text: string; levels?: Levels } };
  complete: { asked: { line: string }; answer: Completion };
  log: { asked: { on: boolean; verbosity?: number }; answer: object };
  views: { asked: object; answer: ShownViews };
  rows: {
    /** `wanted`: only rows with this text in a cell, whatever its case. */
    asked: { view: string; wanted?: string };
    /** `left`: rows that were too many; `of`: how many there are, wanted or not. */
    answer: { rows: readonly ShownRow[]; of?: number; summary?: string; left?: number };
  };
  /** `row` is the id of one of the view's rows; `action` the key of an action. */
  detail: { asked: { view: string; row: string }; answer: ShownLine };
  action: { asked: { view: string; row: string; action: string }; answer: ShownLine };
  follow: { asked: { feed: string; filter: string }; answer: object };
  unfollow: { asked: { feed: string; filter: string }; answer: object };
}

export type Op = keyof Requests;

/** What comes without having been asked for. */
export type Push =
  | { readonly push: 'log'; readonly at: number; readonly level: Level; readonly name: string; readonly text: string }
  /** `feeds`: how many of them were entries of feeds, not lines of the log. */
  | { readonly push: 'lost'; readonly count: number; readonly feeds: number }
  | ({ readonly push: 'views' } & ShownViews)
  | { readonly push: 'feed'; readonly feed: string; readonly filter: string; readonly entry: FeedEntry };
