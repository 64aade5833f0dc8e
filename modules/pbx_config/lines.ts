/** The lines of a context, taken apart: `600,1(start),Answer()`. */
import { Invalid, parseInvocation } from '#core';

/** Which priority a line means. */
export type PriorityWord =
  | { readonly kind: 'number'; readonly number: number }
  /** One more than the last of the context, or as that. */
  | { readonly kind: 'next' | 'same' }
  | { readonly kind: 'hint' }
  | { readonly kind: 'label'; readonly label: string };

export interface PriorityLine {
  readonly priority: PriorityWord;
  /** `+2` */
  readonly plus: number;
  readonly label: string | undefined;
  /** Of a hint: the devices. */
  readonly application: string;
  readonly data: string;
  /** Whether `)` is missing at the end. */
  readonly open: boolean;
}

export interface ExtenLine extends PriorityLine {
  /** With its caller, as written. */
  readonly extension: string;
}

const EXPECTED = 'expected extension,priority,application(arguments)';

const WORDS: Readonly<Record<string, PriorityWord>> = {
  n: { kind: 'next' },
  next: { kind: 'next' },
  s: { kind: 'same' },
  same: { kind: 'same' },
  hint: { kind: 'hint' },
};

/** `extension[/caller],priority[+n][(label)],application[(arguments)]`. @throws Invalid */
export function parseExten(text: string): ExtenLine {
  const comma = text.indexOf(',');
  const extension = (comma < 0 ? text : text.slice(0, comma)).trim();
  if (comma < 0 || extension === '') throw new Invalid(`${EXPECTED}, got '${text}'`);
  return { extension, ...parsePriority(text.slice(comma + 1)) };
}

/** `priority[+n][(label)],application[(arguments)]`. @throws Invalid */
export function parsePriority(text: string): PriorityLine {
  const [, written = '', rest] = /^([^,]*)(?:,(.*))?$/s.exec(text) ?? [];
  const place = placeOf(written.trim());
  const what = (rest ?? '').trim();
  if (what === '') throw new Invalid(`priority '${written.trim()}' has no application`);
  if (place.priority.kind === 'hint') return { ...place, application: what, data: '', open: false };
  const { name, data } = parseInvocation(what);
  if (name === '') throw new Invalid(`no application stands before the parenthesis in '${what}'`);
  return { ...place, application: name, data, open: what.lastIndexOf(')') < what.indexOf('(') };
}

function placeOf(text: string): Pick<PriorityLine, 'priority' | 'plus' | 'label'> {
  const [, word, plus = '0', label] = /^([^+(]+?)\s*(?:\+\s*(\d{1,6}))?\s*(?:\(\s*([^)]*?)\s*\))?$/.exec(text) ?? [];
  if (word === undefined) throw new Invalid(`expected a priority such as 1, n, n+2 or n(label), got '${text}'`);
  return { priority: wordOf(word), plus: Number(plus), label: label || undefined };
}

function wordOf(word: string): PriorityWord {
  const lower = word.toLowerCase();
  const known = Object.hasOwn(WORDS, lower) ? WORDS[lower] : undefined;
  if (known) return known;
  if (!/^-?\d/.test(word)) return { kind: 'label', label: word };
  const number = /^\d{1,9}$/.test(word) ? Number(word) : 0;
  if (number < 1) throw new Invalid(`expected a priority of 1 or more, got '${word}'`);
  return { kind: 'number', number };
}

/** An extension and its caller. @returns no caller where there is no slash */
export function splitCaller(text: string): { readonly extension: string; readonly callerNumber: string | undefined } {
  const slash = text.indexOf('/');
  return slash < 0
    ? { extension: text.trim(), callerNumber: undefined }
    : { extension: text.slice(0, slash).trim(), callerNumber: text.slice(slash + 1).trim() };
}
