/** Contexts are made of the lines that were read, once it is known what the variables in them stand for. */
import {
  Context,
  HINT,
  Invalid,
  LONGEST_NAME,
  oddityOf,
  type Problem,
  parseExtension,
  parseInclude,
  parseSwitch,
} from '#core';
import { type PriorityLine, splitCaller } from './lines.js';
import type { ContextDraft, ContextLine } from './read.js';

export const REGISTRAR = 'pbx_config';

export interface Built {
  readonly contexts: readonly Context[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** `expand`: a text of a line with its variables replaced. */
export function build(drafts: readonly ContextDraft[], expand: (text: string) => string): Built {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const contexts = drafts.map(draft => {
    const builder = new Builder(new Context(draft.name, REGISTRAR), expand, warnings);
    for (const line of draft.lines) {
      try {
        builder.take(line);
      } catch (thrown) {
        if (!(thrown instanceof Invalid)) throw thrown;
        problems.push({ file: line.file, line: line.line, message: `${line.kind}: ${thrown.message}` });
      }
    }
    return builder.context;
  });
  return { contexts, problems, warnings };
}

/** The texts of lines that `expand` is asked for. */
export function expandable(drafts: readonly ContextDraft[]): readonly string[] {
  const texts = drafts.flatMap(({ lines }) => lines.flatMap(textIn)).filter(text => text.includes('$'));
  return [...new Set(texts)];
}

const EXPANDED: ReadonlySet<string> = new Set(['include', 'ignorepat', 'switch']);

const textIn = (line: ContextLine): string[] =>
  line.kind === 'exten' ? [line.exten.extension] : 'text' in line && EXPANDED.has(line.kind) ? [line.text] : [];

class Builder {
  readonly context: Context;
  readonly #expand: (text: string) => string;
  readonly #warnings: Problem[];
  /** The extension of the line before, expanded. */
  #extension: string | undefined;
  /** Its priority, which n and s go on from, whatever the extension. */
  #last: number | undefined;

  constructor(context: Context, expand: (text: string) => string, warnings: Problem[]) {
    this.context = context;
    this.#expand = expand;
    this.#warnings = warnings;
  }

  /** @throws Invalid */
  take(line: ContextLine): void {
    const { context } = this;
    switch (line.kind) {
      case 'exten':
        this.#extension = this.#expand(line.exten.extension);
        this.#add(this.#extension, line.exten, line);
        return;
      case 'same':
        if (this.#extension === undefined) throw new Invalid('no extension stands before it');
        this.#add(this.#extension, line.exten, line);
        return;
      case 'autohints':
        context.autohints = line.on;
        return;
      case 'include':
        context.includes.push(parseInclude(this.#expand(line.text), REGISTRAR));
        return;
      case 'ignorepat': {
        const text = this.#expand(line.text);
        context.ignored.push({ text, pattern: parseExtension(text), registrar: REGISTRAR });
        return;
      }
      default: {
        const text = line.kind === 'switch' ? this.#expand(line.text) : line.text;
        context.switches.push(parseSwitch(text, line.kind === 'eswitch', REGISTRAR));
      }
    }
  }

  #add(written: string, exten: PriorityLine, { file, line }: ContextLine): void {
    const { extension, callerNumber } = splitCaller(written);
    if (extension === '') throw new Invalid('the extension is empty');
    if (extension.length > LONGEST_NAME) throw new Invalid(`'${extension}' is longer than ${LONGEST_NAME} characters`);
    const priority = this.#priority(exten, extension, callerNumber);
    const { label, application, data } = exten;
    const place = { context: this.context.name, extension, callerNumber, priority, label };
    const isNew = this.context.extension(extension, callerNumber) === undefined;
    const added = this.context.add({ ...place, application, data, registrar: REGISTRAR, file, line });
    // Lines that follow count on from it whatever became of it.
    if (priority !== HINT) this.#last = priority;
    const warn = (message: string) => this.#warnings.push({ file, line, message });
    if (added === 'taken') warn(`${nameOf(written, priority)} is there already, the first counts${this.#where(place)}`);
    if (added === 'label dropped') warn(`the label '${label}' is that of another priority of '${written}', dropped`);
    const odd = isNew ? oddityOf(extension) : undefined;
    if (odd) warn(odd);
  }

  #where({ extension, callerNumber, priority }: Pick<Place, 'extension' | 'callerNumber' | 'priority'>): string {
    const step = this.context.extension(extension, callerNumber)?.steps.get(priority);
    return step?.file === undefined ? '' : ` (${step.file}:${step.line})`;
  }

  #priority({ priority, plus }: PriorityLine, extension: string, callerNumber: string | undefined): number {
    if (priority.kind === 'hint') return HINT;
    if (priority.kind === 'number') return priority.number + plus;
    if (priority.kind === 'label') {
      const labelled = this.context.extension(extension, callerNumber)?.labelled(priority.label);
      if (labelled) return labelled.priority + plus;
      throw new Invalid(`'${priority.label}' is neither a priority nor a label of '${extension}'`);
    }
    if (this.#last === undefined) throw new Invalid('no priority stands before it that it could go on from');
    return this.#last + (priority.kind === 'next' ? 1 : 0) + plus;
  }
}

interface Place {
  readonly extension: string;
  readonly callerNumber: string | undefined;
  readonly priority: number;
}

const nameOf = (extension: string, priority: number): string =>
  `priority ${priority === HINT ? 'hint' : priority} of '${extension}'`;

/** Contexts that are included and that nobody has. */
export function missingIncludes(
  contexts: readonly Context[],
  known: (name: string) => boolean,
): readonly { readonly context: string; readonly missing: string }[] {
  const own = new Set(contexts.map(({ name }) => name));
  return contexts.flatMap(({ name, includes }) =>
    includes
      .filter(({ context }) => !own.has(context) && !known(context))
      .map(({ context }) => ({ context: name, missing: context })),
  );
}
