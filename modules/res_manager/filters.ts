/** Event filters of a user: which events are passed on, by regular expressions over an event or by its name and fields. */
import { compilePattern, Invalid, type ManagerField } from '#core';

/** An event as a filter sees it. */
export interface FilteredEvent {
  readonly name: string;
  readonly fields: readonly ManagerField[];
  /** As it is sent. */
  readonly text: string;
}

export interface Filter {
  /** As it was written. */
  readonly text: string;
  readonly exclude: boolean;
  /** What a character of an event may cost, at most. */
  readonly size: number;
  matches(event: FilteredEvent): boolean;
}

/** Filters of one session at most, and their size together: each of them costs with every event. */
export const MOST_FILTERS = 64;
export const LARGEST_FILTERS = 512;

interface Wanted {
  readonly size: number;
  test(text: string): boolean;
}

type Method = (expression: string) => Wanted;

const plain = (test: (text: string) => boolean): Wanted => ({ size: 1, test });

const METHODS: Readonly<Record<string, Method>> = {
  regex: compilePattern,
  exact: expression => plain(text => text === expression),
  starts_with: expression => plain(text => text.startsWith(expression)),
  ends_with: expression => plain(text => text.endsWith(expression)),
  contains: expression => plain(text => text.includes(expression)),
  none: () => plain(() => true),
};

/** `!Event: Newchannel`: a regular expression over the whole event; with `!`, what it matches is kept away. @throws Invalid */
export function simpleFilter(text: string): Filter {
  const exclude = text.startsWith('!');
  const pattern = compilePattern(exclude ? text.slice(1) : text);
  return { text, exclude, size: pattern.size, matches: event => pattern.test(event.text) };
}

/** Criteria such as `action(exclude),name(Newchannel),header(Channel),method(starts_with)`, and an expression. @throws Invalid */
export function criteriaFilter(criteria: string, expression: string): Filter {
  const found = readCriteria(criteria);
  const { action = 'include', name, header } = found;
  if (action !== 'include' && action !== 'exclude')
    throw new Invalid(`expected action(include) or action(exclude), got '${action}'`);
  const method = found['method'] ?? (expression === '' ? 'none' : 'regex');
  const make = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!make) throw new Invalid(`expected one of ${Object.keys(METHODS).join(', ')} as method, got '${method}'`);
  if (method === 'none' && expression !== '') throw new Invalid(`method none takes no expression, got '${expression}'`);
  if (method === 'none' && name === undefined) throw new Invalid('a filter needs a name or an expression');
  if (method !== 'none' && expression === '') throw new Invalid(`method ${method} needs an expression`);
  const wanted = make(expression);
  const field = header?.toLowerCase();
  return {
    text: `(${criteria})=${expression}`,
    exclude: action === 'exclude',
    size: wanted.size,
    matches(event) {
      if (name !== undefined && event.name !== name) return false;
      if (field === undefined) return wanted.test(event.text);
      return event.fields.some(([key, value]) => key.toLowerCase() === field && wanted.test(String(value)));
    },
  };
}

/** Of filters that let in one must match, and of those that keep away none. */
export function passes(filters: readonly Filter[], event: FilteredEvent): boolean {
  const includes = filters.filter(({ exclude }) => !exclude);
  if (includes.length > 0 && !includes.some(filter => filter.matches(event))) return false;
  return !filters.some(filter => filter.exclude && filter.matches(event));
}

const CRITERIA = ['action', 'name', 'header', 'method'];

function readCriteria(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const part of text.split(/,(?![^(]*\))/)) {
    const [, key = '', value = ''] = /^\s*(\w+)\(([^()]*)\)\s*$/.exec(part) ?? [];
    if (!CRITERIA.includes(key))
      throw new Invalid(`expected ${CRITERIA.map(word => `${word}(...)`).join(', ')}, got '${part}'`);
    if (key in found) throw new Invalid(`'${key}' stands twice`);
    found[key] = value.trim();
  }
  return found;
}
