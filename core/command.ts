/** What a command declares and what it is given when it runs. Commands produce rows; text is one rendering of them. */

export type Cell = string | number | boolean | undefined;

/** A table as a show command has it: printf widths for a pipe, keys for anything structured. */
export interface TableShape<R> {
  /** printf widths of a row, `%-25.25s %-8s`: as recorded. A terminal with room widens what would be cut. */
  readonly layout: string;
  /** Widths of the heading where they differ from the rows'. */
  readonly heading?: string;
  /** A line of dashes under the titles, as long as they are, or that many under each. */
  readonly rule?: boolean | number;
  readonly columns: readonly {
    /** Empty in every column: the table has no heading. */
    readonly title: string;
    /** The name of the value in structured output. */
    readonly key: string;
    value(row: R): Cell;
  }[];
}

/** `[label, value]` or, where structured output needs another name or value, with key and datum. */
export type Field = readonly [label: string, value: Cell, key?: string];

/** Where a command's answer goes. */
export interface Output {
  /** One line of text. */
  line(text?: string): void;
  table<R>(shape: TableShape<R>, rows: Iterable<R>): void;
  /** Labels and values, one line each, by a printf layout of two strings: `  %-13s: %s`. */
  fields(layout: string, fields: Iterable<Field>): void;
}

/** Whoever gives commands: a terminal, a remote console, a manager session. */
export interface Console {
  readonly kind: 'local' | 'remote' | 'manager' | 'internal';
  /** Columns of the terminal; undefined on a pipe, where the recorded widths hold. */
  readonly width: number | undefined;
  /** The level of verbose messages it sees; 0 is none. */
  verbosity: number;
  /** Whether log lines come to it. */
  muted: boolean;
}

/** A command being run. */
export interface Call {
  /** Parameters by name: `<name>` of the syntax; the last `<name>...` holds its first word here and all of them in `rest`. */
  readonly args: Readonly<Record<string, string | undefined>>;
  /** The words that `<name>...` took. */
  readonly rest: readonly string[];
  /** The literal words of the syntax's `{a|b}` and `[a]` parts that were given, lower case. */
  readonly chosen: ReadonlySet<string>;
  /** The line as it was typed. */
  readonly line: string;
  readonly console: Console;
  readonly out: Output;
}

export interface Command {
  /**
   * Words that must be typed whole, in any case; `<name>` one word; `<name>...` one or more; `{a|b <x>}` one of;
   * `[like <pattern>]` may be left out: `set debug {on|off|ip <address>|peer <name>}`.
   */
  readonly syntax: string;
  readonly summary: string;
  /** More than the summary, for `core show help <command>`. */
  readonly help?: string;
  /** Candidates for a parameter, by its name; `words` are those that stand before it. */
  readonly complete?: Readonly<Record<string, (words: readonly string[]) => Iterable<string>>>;
  /** Not listed and not completed. */
  readonly hidden?: boolean;
  /** May run while the PBX is stopping. */
  readonly whileStopping?: boolean;
  /** @throws CommandError with the answer, when it cannot do what was asked; LoadDeclined of a file that is refused. */
  run(call: Call): void | Promise<void>;
}
