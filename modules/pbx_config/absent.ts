/** What lines of extensions.conf name and nobody brings: applications and functions. A call that comes to one ends, or goes on with nothing. */
import type { Dialplan, Problem } from '#core';
import type { ContextDraft } from './read.js';

type Known = Pick<Dialplan, 'application' | 'dialplanFunction'>;
type Place = Pick<Problem, 'file' | 'line'>;

/** A function that is read, `${SHELL(`, or set, `Set(SHARED(`. */
const READ = /\$\{([A-Za-z_]\w*)\(/g;
const WRITTEN = /^\s*([A-Za-z_]\w*)\(/;
const SETS: ReadonlySet<string> = new Set(['set', 'mset']);

/** One line for the log for each kind; nothing where all is there. */
export function absent(contexts: readonly ContextDraft[], known: Known): readonly string[] {
  const applications = new Places();
  const functions = new Places();
  for (const { lines } of contexts) {
    for (const line of lines) {
      if (!('exten' in line) || line.exten.priority.kind === 'hint') continue;
      const { application, data } = line.exten;
      if (!application.includes('$') && !known.application(application)) applications.add(application, line);
      for (const name of functionsIn(application, data)) {
        if (!known.dialplanFunction(name)) functions.add(name, line);
      }
    }
  }
  return [
    ...applications.told('applications that are not there, and a call that comes to one ends'),
    ...functions.told('functions that are not there and stand for nothing'),
  ];
}

function functionsIn(application: string, data: string): ReadonlySet<string> {
  const found = new Set([...data.matchAll(READ)].map(([, name]) => name!));
  const written = SETS.has(application.toLowerCase()) ? WRITTEN.exec(data)?.[1] : undefined;
  return written === undefined ? found : found.add(written);
}

/** Where each name stands first, whatever its case, and how often. */
class Places {
  readonly #names = new Map<string, { readonly name: string; readonly first: Place; lines: number }>();

  add(name: string, first: Place): void {
    const key = name.toLowerCase();
    const before = this.#names.get(key);
    if (before) before.lines += 1;
    else this.#names.set(key, { name, first, lines: 1 });
  }

  told(what: string): readonly string[] {
    if (this.#names.size === 0) return [];
    const sorted = [...this.#names].sort(([a], [b]) => (a < b ? -1 : 1));
    const places = sorted.map(([, { name, first, lines }]) => {
      const more = lines === 1 ? '' : ` and ${lines - 1} more`;
      return `${name} (${first.file}:${first.line}${more})`;
    });
    return [`${what}: ${places.join(', ')}`];
  }
}
