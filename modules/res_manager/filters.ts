/** Event filters of a user: which events are passed on, by regular expressions over an event or by its name and fields. */
import { Invalid, type ManagerField } from '#core';

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
  matches(event: FilteredEvent): boolean;
}

/** Filters of one session at most: each of them costs with every event. */
export const MOST_FILTERS = 64;

type Method = (expression: string) => (text: string) => boolean;

const METHODS: Readonly<Record<string, Method>> = {
  regex: expression => {
    const pattern = patternOf(expression);
    return text => pattern.test(text);
  },
  exact: expression => text => text === expression,
  starts_with: expression => text => text.startsWith(expression),
  ends_with: expression => text => text.endsWith(expression),
  contains: expression => text => text.includes(expression),
  none: () => () => true,
};

/** `!Event: Newchannel`: a regular expression over the whole event; with `!`, what it matches is kept away. @throws Invalid */
export function simpleFilter(text: string): Filter {
  const exclude = text.startsWith('!');
  const pattern = patternOf(exclude ? text.slice(1) : text);
  return { text, exclude, matches: event => pattern.test(event.text) };
}

/** Criteria such as `action(exclude),name(Newchannel),header(Channel),method(starts_with)`, and an expression. @throws Invalid */
export function criteriaFilter(criteria: string, expression: string): Filter {
  const found = readCriteria(criteria);
  const { action = 'include', name, header } = found;
  if (action !== 'include' && action !== 'exclude')
    throw new Invalid(`expected action(include) or action(exclude), got '${action}'`);
  const method = found['method'] ?? (expression === '' ? 'none' : 'regex');
  const make = METHODS[method];
  if (!make) throw new Invalid(`expected one of ${Object.keys(METHODS).join(', ')} as method, got '${method}'`);
  if (method === 'none' && expression !== '') throw new Invalid(`method none takes no expression, got '${expression}'`);
  if (method === 'none' && name === undefined) throw new Invalid('a filter needs a name or an expression');
  if (method !== 'none' && expression === '') throw new Invalid(`method ${method} needs an expression`);
  const wanted = make(expression);
  const field = header?.toLowerCase();
  return {
    text: `(${criteria})=${expression}`,
    exclude: action === 'exclude',
    matches(event) {
      if (name !== undefined && event.name !== name) return false;
      if (field === undefined) return wanted(event.text);
      return event.fields.some(([key, value]) => key.toLowerCase() === field && wanted(String(value)));
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

/** @throws Invalid */
function patternOf(text: string): RegExp {
  if (/\[[:.=]/.test(text)) throw new Invalid(`'${text}' has a POSIX class such as [:digit:]: write \\d`);
  try {
    return new RegExp(text, 's');
  } catch {
    throw new Invalid(`'${text}' is no regular expression`);
  }
}
