/** `dialplan show`: contexts with their extensions, or one extension wherever it is found. */
import {
  type Command,
  CommandError,
  type Context,
  type Contexts,
  type Extension,
  HINT,
  matchPattern,
  type Output,
  type Step,
  withoutDashes,
} from '#core';
import { placesOf } from './places.js';

export const show = (contexts: Contexts): Command => ({
  syntax: 'dialplan show [<place>]',
  summary: 'Show contexts with their extensions, or one extension: [[extension@]context]',
  help: [
    'A context is shown with all that is in it, and what it includes by name. An extension is shown as it is found from',
    'that context, patterns that match it and included contexts too; with nothing behind the @, in every context.',
  ].join('\n'),
  complete: { place: () => placesOf(contexts) },
  run({ args, out }) {
    const place = args['place'] ?? '';
    const at = place.lastIndexOf('@');
    const [extension, name] = at < 0 ? [undefined, place] : [place.slice(0, at), place.slice(at + 1)];
    const listing = new Listing(contexts, out, extension || undefined);
    const named = name === '' ? contexts.all() : [contexts.get(name) ?? nowhere(`'${name}' context`)];
    for (const context of named) listing.context(context, undefined);
    if (extension && listing.extensions === 0) nowhere(name === '' ? `'${extension}' extension` : `${place} extension`);
    const counted = [
      counts(listing.extensions, 'extension'),
      `(${counts(listing.priorities, 'priority', 'priorities')})`,
      `in ${counts(listing.contexts, 'context')}`,
    ];
    out.line(`-= ${counted.join(' ')}. =-`);
  },
});

const nowhere = (what: string): never => {
  throw new CommandError(`There is no existence of ${what}`, true);
};

const counts = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

class Listing {
  extensions = 0;
  priorities = 0;
  contexts = 0;
  readonly #contexts: Contexts;
  readonly #out: Output;
  readonly #wanted: string | undefined;
  /** Those that an extension was looked for in, from the context that was named. */
  #visited = new Set<string>();

  /** `wanted`: an extension; everything where none is. */
  constructor(contexts: Contexts, out: Output, wanted: string | undefined) {
    this.#contexts = contexts;
    this.#out = out;
    this.#wanted = wanted && withoutDashes(wanted);
  }

  /** `includer`: the context that includes it, where it is shown for that. */
  context(context: Context, includer: Context | undefined): void {
    if (!includer) this.#visited = new Set();
    this.#visited.add(context.name);
    const extensions = context.extensions().filter(extension => this.#isWanted(extension));
    if (this.#wanted === undefined || extensions.length > 0) this.#print(context, extensions, includer);
    if (this.#wanted === undefined) return;
    for (const { context: name } of context.includes) {
      const included = this.#visited.has(name) ? undefined : this.#contexts.get(name);
      if (included) this.context(included, context);
    }
  }

  #isWanted({ pattern }: Extension): boolean {
    return this.#wanted === undefined || matchPattern(pattern, this.#wanted).match;
  }

  #print(context: Context, extensions: readonly Extension[], includer: Context | undefined): void {
    const { name, registrar, autohints } = context;
    this.contexts += 1;
    this.#out.line(`[ ${includer ? 'Included context' : 'Context'} '${name}' created by '${registrar}' ]`);
    if (autohints) this.#out.line('Autohints support enabled');
    for (const extension of extensions) this.#extension(extension);
    if (this.#wanted === undefined) for (const line of elsewhere(context)) this.#out.line(line);
    this.#out.line();
  }

  #extension(extension: Extension): void {
    this.extensions += 1;
    for (const [index, step] of extension.sorted().entries()) {
      this.priorities += 1;
      const label = step.label === undefined ? '' : `   [${step.label}]`;
      const head = index === 0 ? headOf(extension) : label;
      this.#out.line(`  ${head.padEnd(17)} ${textOf(step).padEnd(45)} [${originOf(step)}]`);
    }
  }
}

const headOf = ({ name, callerNumber }: Extension): string =>
  callerNumber === undefined ? `'${name}' =>` : `'${name}' (CID match '${callerNumber}') => `;

const textOf = ({ priority, application, data }: Step): string =>
  priority === HINT ? `hint: ${application}` : `${priority}. ${application}(${data})`;

const originOf = ({ file, line, registrar }: Step): string => (file === undefined ? registrar : `${file}:${line}`);

/** Where a context looks beside its own extensions. */
const elsewhere = ({ includes, ignored, switches }: Context): readonly string[] =>
  [
    ...includes.map(({ text, registrar }) => ['Include =>       ', `'${text}'`, registrar]),
    ...ignored.map(({ text, registrar }) => ['Ignore pattern =>', `'${text}'`, registrar]),
    ...switches.map(({ name, data, registrar }) => ['Alt. Switch =>   ', `'${name}/${data}'`, registrar]),
  ].map(([kind, text, registrar]) => `  ${kind} ${text!.padEnd(45)} [${registrar}]`);
