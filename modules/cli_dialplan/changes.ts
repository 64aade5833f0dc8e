/** Commands that change the dialplan as it runs; what they put there outlives a reload, and not a restart. */
import { ApplicationError, type Command, CommandError, type Contexts, parseInvocation } from '#core';
import { contextNames, extensionPlaces } from './places.js';

const REGISTRAR = 'CLI';

const IN_MEMORY = 'It outlives a reload, and not a restart: `config set` writes extensions.conf.';

export const changes = (contexts: Contexts): Command[] => [...ofExtensions(contexts), ...ofContexts(contexts)];

const ofExtensions = (contexts: Contexts): Command[] => [
  {
    syntax: 'dialplan add extension <line> into <context> [replace]',
    summary: 'Add a priority to an extension: <extension>[/<caller>],<priority>,<application>(<arguments>)',
    help: `The context is made where there is none. In quotes the arguments may have blanks. ${IN_MEMORY}`,
    complete: { context: () => contextNames(contexts) },
    run({ args, chosen, out }) {
      const context = args['context']!;
      const added = parseLine(args['line']!);
      const isNew = !contexts.hasContext(context);
      asked(() => contexts.addExtension({ ...added, context, registrar: REGISTRAR }, chosen.has('replace')));
      if (isNew) out.line(`Context '${context}' was made.`);
      out.line(`Extension '${args['line']}' added into '${context}' context`);
    },
  },
  {
    syntax: 'dialplan remove extension <place> [<priority>]',
    summary: 'Remove an extension, or one of its priorities: <extension>[/<caller>]@<context> [<priority>|hint]',
    complete: { place: () => extensionPlaces(contexts) },
    run({ args, out }) {
      const place = args['place']!;
      const [, extension = '', callerNumber, context] = /^([^/]+)(?:\/(.*))?@([^@]+)$/.exec(place) ?? [];
      if (context === undefined) throw new CommandError(`'${place}' is not <extension>[/<caller>]@<context>.`, true);
      const priority = args['priority'] === undefined ? undefined : priorityOf(args['priority']);
      if (!asked(() => contexts.removeExtension(context, extension, priority, callerNumber))) {
        throw new CommandError(`Failed to remove extension ${place}: it is not there.`, true);
      }
      out.line(
        priority === undefined ? `Whole extension ${place} removed` : `Priority ${priority} of ${place} removed`,
      );
    },
  },
];

const ofContexts = (contexts: Contexts): Command[] => [
  {
    syntax: 'dialplan remove context <context>',
    summary: 'Remove a context with all that is in it',
    help: 'A reload of extensions.conf brings back what is in the file.',
    complete: { context: () => contextNames(contexts) },
    run({ args, out }) {
      const context = args['context']!;
      if (!contexts.remove(context)) throw new CommandError(`There is no existence of '${context}' context`, true);
      out.line(`Removed context '${context}'`);
    },
  },
  {
    syntax: 'dialplan add include <included> into <context>',
    summary: 'Include a context in another: <context>[,<times>,<weekdays>,<days>,<months>[,<timezone>]]',
    help: IN_MEMORY,
    complete: { included: () => contextNames(contexts), context: () => contextNames(contexts) },
    run: pair(
      'included',
      (context, included) => contexts.addInclude(context, included, REGISTRAR),
      (context, included) => `Context '${included}' included in '${context}' context`,
      (context, included) => `Context '${included}' is included in '${context}' already.`,
    ),
  },
  {
    syntax: 'dialplan remove include <included> from <context>',
    summary: 'Include a context no more in another',
    complete: {
      included: () => contexts.all().flatMap(({ includes }) => includes.map(({ text }) => text)),
      context: () => contextNames(contexts),
    },
    run: pair(
      'included',
      (context, included) => contexts.removeInclude(context, included),
      (context, included) => `'${context}' does not include '${included}' any more`,
      (context, included) => `'${context}' does not include '${included}'.`,
    ),
  },
  {
    syntax: 'dialplan add ignorepat <pattern> into <context>',
    summary: 'Let the dial tone go on behind some digits',
    help: IN_MEMORY,
    complete: { context: () => contextNames(contexts) },
    run: pair(
      'pattern',
      (context, pattern) => contexts.addIgnored(context, pattern, REGISTRAR),
      (context, pattern) => `Ignore pattern '${pattern}' added into '${context}' context`,
      (context, pattern) => `Ignore pattern '${pattern}' is in '${context}' already.`,
    ),
  },
  {
    syntax: 'dialplan remove ignorepat <pattern> from <context>',
    summary: 'Let the dial tone end behind some digits again',
    complete: {
      pattern: () => contexts.all().flatMap(({ ignored }) => ignored.map(({ text }) => text)),
      context: () => contextNames(contexts),
    },
    run: pair(
      'pattern',
      (context, pattern) => contexts.removeIgnored(context, pattern),
      (context, pattern) => `Ignore pattern '${pattern}' removed from '${context}' context`,
      (context, pattern) => `Ignore pattern '${pattern}' is not in '${context}'.`,
    ),
  },
  {
    syntax: 'dialplan save [<path>...]',
    summary: 'Not there: `config set`, `add`, `remove` and `edit` change extensions.conf',
    hidden: true,
    run() {
      throw new CommandError(
        'The dialplan that runs is not written back: `config set`, `add`, `remove` and `edit` change extensions.conf, ' +
          'line by line and with its comments.',
        true,
      );
    },
  },
];

type Words = (context: string, what: string) => string;

/** A command on something in a context: what it does, and what it answers. */
const pair =
  (name: string, change: (context: string, what: string) => boolean, done: Words, refused: Words): Command['run'] =>
  ({ args, out }) => {
    const [context, what] = [args['context']!, args[name]!];
    if (!asked(() => change(context, what))) throw new CommandError(refused(context, what), true);
    out.line(done(context, what));
  };

function parseLine(line: string) {
  const [, extension, callerNumber, priority, what = ''] = /^([^,/]+)(?:\/([^,]*))?,([^,]+),(.+)$/s.exec(line) ?? [];
  if (extension === undefined) {
    throw new CommandError(`'${line}' is not <extension>,<priority>,<application>(<arguments>).`, true);
  }
  const number = priorityOf(priority!.trim());
  const { name, data } = number === 'hint' ? { name: what, data: '' } : parseInvocation(what);
  return { extension, callerNumber, priority: number, application: name, data };
}

function priorityOf(word: string): number | 'hint' {
  if (word.toLowerCase() === 'hint') return 'hint';
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new CommandError(`'${word}' is no priority: a number of 1 or more, or hint, was expected.`, true);
}

/** What cannot be done is an answer. @throws CommandError */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ApplicationError) throw new CommandError(thrown.message, true);
    throw thrown;
  }
}
