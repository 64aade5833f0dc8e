/** The terminal: what is on a canvas goes to the screen, by blessed; keys come in. The only file that knows blessed. */
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import blessed from 'blessed';
import type { Clock, Timer } from '#core';
import { type Key, KeyReader } from './keys.js';
import { type Canvas, type Size, type Tone, widthOfCharacter } from './paint.js';

/** How long the rest of an escape sequence may take; then it was the Escape key. A slow line needs some. */
const ESCAPE = 60;

/** Milliseconds without another change before a new size is taken. */
const RESIZE = 50;

const DEFAULT = 0x1ff;
const [BOLD, UNDERLINE, INVERSE] = [1, 2, 8];
const [BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, GREY] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

interface Look {
  readonly fg?: number;
  readonly bg?: number;
  readonly flags?: number;
}

/** With colours, and what is left of it without. */
const LOOKS: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: { fg: GREY },
  strong: { flags: BOLD },
  bar: { fg: WHITE, bg: BLUE },
  current: { fg: BLACK, bg: CYAN, flags: BOLD },
  heading: { fg: CYAN, flags: UNDERLINE },
  selected: { flags: INVERSE },
  menu: { fg: BLACK, bg: CYAN },
  found: { fg: BLACK, bg: YELLOW, flags: BOLD },
  notice: { fg: YELLOW },
  warning: { fg: RED, flags: BOLD },
  error: { fg: RED },
  verbose: { fg: GREEN },
  debug: { fg: MAGENTA },
  security: { fg: CYAN, flags: BOLD },
};

/** What is pasted comes marked, so that it can be told from keys. */
const [MARK_PASTES, PASTES_AS_KEYS] = ['\x1b[?2004h', '\x1b[?2004l'];

/** Where the cursor stands; undefined: nowhere. */
export type Cursor = { readonly x: number; readonly y: number } | undefined;

export interface TerminalEvents {
  key(key: Key): void;
  /** It has another size, or is to be drawn anew. */
  resized(): void;
  /** There is no terminal any more. */
  gone(): void;
}

interface Parts {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly clock: Clock;
  readonly colour: boolean;
}

/** What blessed's screen has beside what its types tell. */
interface Surface {
  readonly lines: ([attributes: number, text: string][] & { dirty: boolean })[];
  draw(first: number, last: number): void;
  alloc(): void;
  enter(): void;
  leave(): void;
  destroy(): void;
}

export class Terminal {
  readonly #parts: Parts;
  readonly #events: TerminalEvents;
  readonly #keys = new KeyReader();
  readonly #decoder = new StringDecoder('utf8');
  readonly #program: blessed.BlessedProgram;
  readonly #surface: Surface;
  readonly #attributes: Readonly<Record<Tone, number>>;
  readonly #read = (bytes: Buffer): void => this.#take(this.#keys.read(this.#decoder.write(bytes)));
  readonly #gone = (): void => this.#events.gone();
  #escape: Timer | undefined;
  #mine = false;
  #closed = false;

  constructor(parts: Parts, events: TerminalEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#attributes = attributesOf(parts.colour);
    // Layout and drawing must agree on how wide a character is.
    const own = (text: string, at = 0) => widthOfCharacter(String.fromCodePoint(text.codePointAt(at) ?? 0x20));
    Object.assign((blessed as unknown as { unicode: object }).unicode, { charWidth: own });
    this.#program = silently(() => blessed.program(programOptions(parts.output)));
    this.#surface = blessed.screen({ program: this.#program, fullUnicode: true }) as unknown as Surface;
    this.#program.on('resize', () => this.#mine && events.resized());
    for (const stream of [parts.input, parts.output]) stream.on('error', this.#gone);
    for (const event of ['end', 'close']) parts.input.on(event, this.#gone);
    this.#listen();
  }

  get size(): Size {
    // Some remote terminals say that they have none.
    const { columns, rows } = this.#parts.output;
    return { width: columns || 80, height: rows || 24 };
  }

  /** Whether what was drawn before has not gone out yet. */
  get busy(): boolean {
    return this.#parts.output.writableNeedDrain;
  }

  draw(canvas: Canvas, cursor: Cursor): void {
    if (!this.#mine) return;
    const { lines } = this.#surface;
    for (const [y, row] of canvas.rows.entries()) {
      const line = lines[y];
      if (!line) break;
      for (const [x, { text, tone }] of row.entries()) {
        const cell = line[x];
        if (!cell) break;
        cell[0] = this.#attributes[tone];
        cell[1] = text === '' ? ' ' : text;
      }
      line.dirty = true;
    }
    this.#program.hideCursor();
    this.#surface.draw(0, lines.length - 1);
    if (cursor) {
      this.#program.cup(cursor.y, cursor.x);
      this.#program.showCursor();
    }
    this.#program.flush();
  }

  /** Forgets what is on the screen: all of it is drawn the next time. */
  redraw(): void {
    this.#surface.alloc();
    this.#program.clear();
  }

  /** Gives the terminal to somebody else; takeBack() ends that. */
  lend(): void {
    this.#unlisten();
    this.#surface.leave();
  }

  takeBack(): void {
    if (this.#closed) return;
    this.#surface.enter();
    this.#listen();
    this.#events.resized();
  }

  /** Gives the terminal back as it was. May be called at any time, even in a crash. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlisten();
    this.#surface.destroy();
  }

  #listen(): void {
    const { input, output } = this.#parts;
    this.#mine = true;
    output.write(MARK_PASTES);
    input.setRawMode(true);
    input.on('data', this.#read);
    input.resume();
  }

  #unlisten(): void {
    const { input, output } = this.#parts;
    this.#mine = false;
    if (!output.destroyed) output.write(PASTES_AS_KEYS);
    this.#escape?.cancel();
    input.off('data', this.#read);
    input.pause();
    if (!input.destroyed) input.setRawMode(false);
  }

  #take(keys: readonly Key[]): void {
    this.#escape?.cancel();
    for (const key of keys) this.#events.key(key);
    if (this.#keys.waiting && this.#mine) {
      this.#escape = this.#parts.clock.after(ESCAPE, () => this.#take(this.#keys.flush()));
    }
  }
}

/** All terminals of today do as xterm does, and blessed cannot read the descriptions of some. It hears no keys. */
const programOptions = (output: NodeJS.WriteStream) =>
  ({
    input: new PassThrough(),
    output,
    terminal: 'xterm-256color',
    forceUnicode: true,
    zero: true,
    buffer: true,
    resizeTimeout: RESIZE,
  }) as blessed.Widgets.IScreenOptions;

/** It complains of a capability that it does not understand, on the screen that it is about to use. */
function silently<T>(make: () => T): T {
  const { error } = globalThis.console;
  globalThis.console.error = () => undefined;
  try {
    return make();
  } finally {
    globalThis.console.error = error;
  }
}

function attributesOf(colour: boolean): Readonly<Record<Tone, number>> {
  const attributes = ({ fg = DEFAULT, bg = DEFAULT, flags = 0 }: Look) =>
    colour
      ? (flags << 18) | (fg << 9) | bg
      : ((bg === DEFAULT ? flags : flags | INVERSE) << 18) | (DEFAULT << 9) | DEFAULT;
  const entries = Object.entries(LOOKS).map(([tone, look]) => [tone, attributes(look)] as const);
  return Object.fromEntries(entries) as Record<Tone, number>;
}
