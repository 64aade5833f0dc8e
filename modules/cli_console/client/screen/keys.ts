/** Keys: what a terminal sends for them, made into names. Escape sequences may come in pieces. */

export interface Key {
  /** `up`, `f3`, `C-a`, `M-b`, `enter`; a character is called by itself. */
  readonly name: string;
  /** What the key types; nothing for those that type nothing. */
  readonly text: string;
}

/** What stands behind ESC [ or ESC O, without modifiers: xterm, the Linux console, rxvt and PuTTY. */
const CODES: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'S-tab',
  '[A': 'f1',
  '[B': 'f2',
  '[C': 'f3',
  '[D': 'f4',
  '[E': 'f5',
  '1~': 'home',
  '2~': 'insert',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageup',
  '6~': 'pagedown',
  '7~': 'home',
  '8~': 'end',
  '11~': 'f1',
  '12~': 'f2',
  '13~': 'f3',
  '14~': 'f4',
  '15~': 'f5',
  '17~': 'f6',
  '18~': 'f7',
  '19~': 'f8',
  '20~': 'f9',
  '21~': 'f10',
  '23~': 'f11',
  '24~': 'f12',
};

/** The name of what was pasted, a part of it or all: no key has it. */
export const PASTE = 'paste';

/** What stands before and behind it. */
const [PASTE_BEGINS, PASTE_ENDS] = ['\x1b[200~', '\x1b[201~'];

const NAMED: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\x1b': 'escape',
  '\0': 'C-space',
};

/** ESC [ with parameters and a final byte, ESC [ [ and a letter, ESC O and a letter. */
const SEQUENCE = /^\x1b(?:\[(\[[A-E])|\[([0-9;:<=>?]*)[ -/]*([@-~])|O([0-9;]*)([A-Za-z]))/;

/** The start of one. */
const BEGUN = /^\x1b(?:\[\[?|\[[0-9;:<=>?]*[ -/]*|O[0-9;]*)?$/;

/** Alt and a key that means something. Anything else is Escape, and a key that came fast behind it. */
const ALT = /^\x1b([0-9bf])/;

/** A sequence that is longer than any is none. */
const LONGEST = 32;

export class KeyReader {
  #held = '';
  #pasting = false;

  /** Whether an escape sequence has begun: it may be the Escape key, too. */
  get waiting(): boolean {
    return this.#held !== '' && !this.#pasting;
  }

  /** The keys that this completes. */
  read(text: string): Key[] {
    const keys: Key[] = [];
    let rest = this.#held + text;
    this.#held = '';
    while (rest !== '') {
      if (this.#pasting) {
        rest = this.#paste(rest, keys);
        continue;
      }
      if (rest.startsWith(PASTE_BEGINS)) {
        this.#pasting = true;
        rest = rest.slice(PASTE_BEGINS.length);
        continue;
      }
      if (rest.length <= LONGEST && BEGUN.test(rest)) {
        this.#held = rest;
        break;
      }
      const [key, length] = first(rest);
      if (key) keys.push(key);
      rest = rest.slice(length);
    }
    return keys;
  }

  /** Takes what is pasted off the front; of its end, once it has begun, nothing is text. @returns what is left */
  #paste(text: string, keys: Key[]): string {
    const end = text.indexOf(PASTE_ENDS);
    let length = end;
    if (end < 0) {
      length = text.length;
      const begun = text.lastIndexOf('\x1b');
      if (begun >= 0 && PASTE_ENDS.startsWith(text.slice(begun))) length = begun;
      this.#held = text.slice(length);
    } else this.#pasting = false;
    if (length > 0) keys.push({ name: PASTE, text: text.slice(0, length) });
    return end < 0 ? '' : text.slice(end + PASTE_ENDS.length);
  }

  /** Nothing more came: what has begun is what it is. */
  flush(): Key[] {
    if (this.#pasting) return [];
    const held = this.#held;
    this.#held = '';
    if (held === '') return [];
    return [{ name: held === '\x1b' ? 'escape' : `M-${held.slice(1)}`, text: '' }];
  }
}

/** The key at the front, if it is one that has a name here, and how much of the text it is. */
function first(text: string): [key: Key | undefined, length: number] {
  const sequence = SEQUENCE.exec(text);
  if (sequence) {
    const [{ length }, linux, parameters = sequence[4] ?? '', final = sequence[5] ?? ''] = sequence;
    return [special(linux ?? '', parameters, final), length];
  }
  const character = String.fromCodePoint(text.codePointAt(0)!);
  const alt = ALT.exec(text)?.[1];
  if (alt !== undefined) return [{ name: `M-${alt}`, text: '' }, 2];
  const name = NAMED[character];
  if (name !== undefined) return [{ name, text: '' }, character.length];
  if (character < ' ') return [{ name: `C-${String.fromCharCode(character.charCodeAt(0) + 0x60)}`, text: '' }, 1];
  return [{ name: character, text: character }, character.length];
}

/** Modifiers are 1 + shift 1 + alt 2 + control 4, as the last of several parameters. */
function special(linux: string, parameters: string, final: string): Key | undefined {
  const numbers = parameters.split(';');
  const code = linux || (final === '~' ? `${numbers[0]}~` : final);
  const name = CODES[code];
  if (name === undefined) return undefined;
  const modifiers = numbers.length > 1 ? Number(numbers.at(-1)) - 1 : 0;
  const prefix = `${modifiers & 4 ? 'C-' : ''}${modifiers & 2 ? 'M-' : ''}${modifiers & 1 ? 'S-' : ''}`;
  return { name: prefix + name, text: '' };
}
