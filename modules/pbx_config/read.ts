/** extensions.conf as text becomes lines of contexts, with all that is wrong with them. Nothing is replaced yet. */
import {
  type ConfigFile,
  Invalid,
  initial,
  nearest,
  type Problem,
  read,
  truth,
  type Variable,
  variablesOf,
} from '#core';
import { type ExtenLine, type PriorityLine, parseExten, parsePriority } from './lines.js';
import { context as contextTable, type General, general } from './options.js';

type Said =
  | { readonly kind: 'exten'; readonly exten: ExtenLine }
  | { readonly kind: 'same'; readonly exten: PriorityLine }
  | { readonly kind: 'include' | 'ignorepat' | 'switch' | 'eswitch' | 'lswitch'; readonly text: string }
  | { readonly kind: 'autohints'; readonly on: boolean };

/** A line of a context, with its place. */
export type ContextLine = Said & Pick<Problem, 'file' | 'line'>;

export interface ContextDraft {
  readonly name: string;
  readonly lines: readonly ContextLine[];
}

export interface Draft {
  readonly general: General;
  readonly globals: readonly Variable[];
  readonly contexts: readonly ContextDraft[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const OWN_SECTIONS = new Set(['general', 'globals']);

export function readExtensions(config: ConfigFile): Draft {
  const reading = read(general, variablesOf(config, 'general'));
  const problems: Problem[] = [...reading.problems];
  const warnings: Problem[] = [...config.warnings, ...reading.warnings];
  const contexts = new Map<string, ContextLine[]>();
  for (const { name, template, variables } of config.sections) {
    if (template || OWN_SECTIONS.has(name.toLowerCase())) continue;
    let lines = contexts.get(name);
    if (!lines) contexts.set(name, (lines = []));
    for (const { file, line, name: key, value } of variables) {
      const say = (to: Problem[], message: string) => to.push({ file, line, message });
      try {
        const said = parse(key.toLowerCase(), value, message => say(warnings, message));
        if (said) lines.push({ ...said, file, line });
      } catch (thrown) {
        if (!(thrown instanceof Invalid)) throw thrown;
        say(problems, `${key}: ${thrown.message}`);
      }
    }
  }
  return {
    general: { ...initial(general), ...reading.set },
    globals: variablesOf(config, 'globals'),
    contexts: [...contexts].map(([name, lines]) => ({ name, lines })),
    problems,
    warnings,
  };
}

const TEXTS: readonly string[] = ['include', 'ignorepat', 'switch', 'eswitch', 'lswitch'];

/** @throws Invalid */
function parse(key: string, value: string, warn: (message: string) => void): Said | undefined {
  if (key === 'exten') return { kind: 'exten', exten: closed(parseExten(value), warn) };
  if (key.startsWith('same')) return { kind: 'same', exten: closed(parsePriority(value), warn) };
  if (key === 'autohints') return { kind: key, on: truth(value) ?? false };
  if (TEXTS.includes(key)) return { kind: key as 'include', text: value };
  const near = nearest(key, Object.keys(contextTable));
  warn(`unknown option '${key}'${near === undefined ? '' : `, did you mean '${near}'?`}`);
  return undefined;
}

function closed<L extends PriorityLine>(line: L, warn: (message: string) => void): L {
  if (line.open) warn(`'${line.application}(${line.data}': the parenthesis is not closed`);
  return line;
}
