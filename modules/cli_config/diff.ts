/** `config diff`: what a file says now against what was taken of it last. */
import { type Command, CommandError, type ConfigFile, type Configuration, type Section, type TableShape } from '#core';
import { fileNames } from './completion.js';
import { dateOf } from './list.js';
import { runningOf } from './running.js';
import { hidden, isSecret } from './secrets.js';
import { describedSection } from './sections.js';

/** An option whose lines are others now; without an option, a section that came or went. */
interface Difference {
  readonly section: string;
  readonly option: string;
  /** Undefined: there is none. */
  readonly running: string | undefined;
  readonly file: string | undefined;
  readonly place: string;
}

const NONE = '-';

const DIFFERENCES: TableShape<Difference> = {
  layout: '%-20s %-26s %-26s %-26s %s',
  columns: [
    { title: 'Section', key: 'section', value: ({ section }) => section },
    { title: 'Option', key: 'option', value: ({ option }) => option },
    { title: 'Running', key: 'running', value: ({ running = NONE }) => running },
    { title: 'File', key: 'file', value: ({ file = NONE }) => file },
    { title: 'Place', key: 'place', value: ({ place }) => place },
  ],
};

export const diffCommand = (configuration: Configuration): Command => ({
  syntax: 'config diff <file>',
  summary: 'Show what a configuration file says now and does not say in what runs',
  help: 'Compared are the values of each section, those of templates among them, with what its owner took last.',
  complete: { file: () => fileNames(configuration) },
  async run({ args, out }) {
    const file = args['file']!;
    const running = runningOf(configuration);
    const { path, config, problems } = await configuration.look(file);
    const reading = (await running.readings()).find(one => one.path === path);
    const taken = reading && (await running.taken(path, reading.who));
    if (!reading || !taken)
      throw new CommandError(`nothing of ${file} is in force that it could be compared with`, true);
    const all = differences(taken, config).map(one => shown(one, file, configuration));
    if (all.length > 0) out.table(DIFFERENCES, all);
    else out.line(`${file} says what is in force, read ${dateOf(reading.at!)}`);
    if (problems.length > 0) out.line(`${file} has errors, and would be refused: see config check ${file}`);
  },
});

function shown(one: Difference, file: string, configuration: Configuration): Difference {
  const description = configuration.describedAs(file)?.description;
  const secret = isSecret(description && describedSection(description, one.section), one.option);
  if (one.option === '' || !secret || configuration.settings.showsecrets) return one;
  return {
    ...one,
    running: one.running === undefined ? undefined : hidden(one.running),
    file: one.file === undefined ? undefined : `${hidden(one.file)}${one.running === undefined ? '' : ', another'}`,
  };
}

/** The values of an option in a section, and where the last of them stands. */
interface Lines {
  readonly values: string[];
  place: string;
}

type Options = Map<string, Lines>;

interface Gathered {
  readonly name: string;
  readonly place: string;
  readonly options: Options;
}

function differences(before: ConfigFile, now: ConfigFile): Difference[] {
  const old = gathered(before.sections);
  const fresh = gathered(now.sections);
  const found: Difference[] = [];
  for (const [key, section] of fresh) {
    const known = old.get(key);
    if (!known)
      found.push({ section: section.name, option: '', running: undefined, file: 'new section', place: section.place });
    found.push(...optionsOf(section, known?.options ?? new Map()));
  }
  for (const [key, { name, place }] of old) {
    if (!fresh.has(key)) found.push({ section: name, option: '', running: 'section', file: undefined, place });
  }
  return found;
}

function* optionsOf({ name: section, options }: Gathered, before: Options): Generator<Difference> {
  for (const [option, { values, place }] of options) {
    const running = before.get(option)?.values.join(', ');
    const file = values.join(', ');
    if (running !== file) yield { section, option, running, file, place };
  }
  for (const [option, { values, place }] of before) {
    if (!options.has(option)) yield { section, option, running: values.join(', '), file: undefined, place };
  }
}

/** Sections by name in lower case, those of one name as one, without templates. */
function gathered(sections: readonly Section[]): ReadonlyMap<string, Gathered> {
  const found = new Map<string, Gathered>();
  for (const { name, template, file, line, variables } of sections) {
    if (template) continue;
    const key = name.toLowerCase();
    let section = found.get(key);
    if (!section) found.set(key, (section = { name, place: `${file}:${line}`, options: new Map() }));
    for (const variable of variables) {
      const option = variable.name.toLowerCase();
      let lines = section.options.get(option);
      if (!lines) section.options.set(option, (lines = { values: [], place: '' }));
      lines.values.push(variable.value);
      lines.place = `${variable.file}:${variable.line}`;
    }
  }
  return found;
}
