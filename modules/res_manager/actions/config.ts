/** The actions over configuration files: what they say, and changes that are checked before they are written. */
import {
  type ConfigEditor,
  type Configuration,
  FileMissing,
  type Loader,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
  type Revised,
  type UpdateStep,
  updates,
} from '#core';
import { type Category, categoriesOf } from './categories.js';
import { isConfined } from './confined.js';

/** What no name of a file and nothing in a line of it may hold. */
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** Steps of one UpdateConfig. */
const MOST_STEPS = 128;

export interface ConfigActionParts {
  readonly configuration: Configuration;
  readonly editor: ConfigEditor;
  readonly loader: Pick<Loader, 'resolve' | 'reload'>;
}

const number = (value: number): string => String(value).padStart(6, '0');

/** Only files of the configuration directory are anybody's business here, whatever leads there. @throws ManagerError */
async function fileOf({ configuration }: ConfigActionParts, name: string): Promise<string> {
  if (name === '') throw new ManagerError('Filename not specified');
  const { astetcdir } = configuration.settings.directories;
  if (CONTROL.test(name) || !(await isConfined(astetcdir, name))) {
    throw new ManagerError('File requires escalated privileges');
  }
  return name;
}

/** The same for a file that is to be made or changed: what an edit keeps is not for others to write. @throws ManagerError */
async function ownFileOf(parts: ConfigActionParts, name: string): Promise<string> {
  if (name.endsWith('.bak')) throw new ManagerError('The copy that an edit keeps cannot be changed');
  return fileOf(parts, name);
}

/** @throws ManagerError */
async function read(parts: ConfigActionParts, call: ManagerCall): Promise<readonly Category[]> {
  const file = await fileOf(parts, call.get('Filename'));
  let categories: readonly Category[] = [];
  await onFile(async () => {
    const layout = await parts.configuration.layout(file);
    if (layout.problems.length > 0) throw new ManagerError('Config file has invalid format');
    categories = categoriesOf(layout);
  });
  return chosen(categories, call);
}

/** Templates only where they are asked for. */
function chosen(categories: readonly Category[], call: ManagerCall): readonly Category[] {
  const templates = /TEMPLATES=(include|restrict)/i.exec(call.get('Filter'))?.[1]?.toLowerCase();
  const category = call.get('Category');
  const found = categories
    .filter(({ template }) => (template ? templates !== undefined : templates !== 'restrict'))
    .filter(({ name }) => category === '' || name === category);
  if (category !== '' && found.length === 0) throw new ManagerError('No categories found');
  return found;
}

function* configFields(categories: readonly Category[]): Generator<ManagerField> {
  for (const [at, { name, template, templates, variables }] of categories.entries()) {
    yield [`Category-${number(at)}`, name];
    if (template) yield [`IsTemplate-${number(at)}`, 1];
    if (templates.length > 0) yield [`Templates-${number(at)}`, templates.join(',')];
    for (const [line, variable] of variables.entries()) {
      yield [`Line-${number(at)}-${number(line)}`, `${variable.name}=${variable.value}`];
    }
  }
}

function json(categories: readonly Category[]): string {
  const entries = categories.map(({ name, template, templates, variables }) => {
    const values = Object.create(null) as Record<string, string | string[] | number>;
    if (template) values['istemplate'] = 1;
    if (templates.length > 0) values['templates'] = templates.join(',');
    for (const { name: option, value } of variables) {
      const before = values[option];
      values[option] = before === undefined ? value : [before, value].flat().map(String);
    }
    return [name, values] as const;
  });
  return JSON.stringify(Object.assign(Object.create(null), Object.fromEntries(entries)));
}

/** `inherit="a,b",template`: what a new section is made of. */
function templatesOf(options: string): string[] {
  const inherit = /inherit="?([^"]*)"?/i.exec(options)?.[1] ?? '';
  const isTemplate = /(^|,)\s*template\s*(,|$)/i.test(options.replace(/inherit="[^"]*"/i, ''));
  return [...(isTemplate ? ['!'] : []), ...inherit.split(',').map(name => name.trim())].filter(name => name !== '');
}

interface Step extends UpdateStep {
  readonly action: string;
}

/** @throws ManagerError */
function stepsOf(call: ManagerCall): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < MOST_STEPS; at += 1) {
    const of = (name: string): string => {
      const value = call.get(`${name}-${number(at)}`);
      if (CONTROL.test(value)) throw new ManagerError(`${name}-${number(at)} holds control characters`);
      return value;
    };
    const action = of('Action').toLowerCase();
    if (action === '') break;
    if (!Object.hasOwn(updates, action)) throw new ManagerError(`Unknown action command '${action}'`);
    const section = of('Cat');
    if (section === '') throw new ManagerError(`${action}: category not specified`);
    const variable = of('Var');
    const object = variable.startsWith('>') || of('Value').startsWith('>');
    const line = of('Line');
    if (line !== '' && !/^\d{1,6}$/.test(line)) throw new ManagerError(`${action}: '${line}' is no line`);
    steps.push({
      action,
      section,
      option: variable.replace(/^>/, ''),
      value: of('Value').replace(/^>/, ''),
      object,
      match: of('Match'),
      line: line === '' ? undefined : Number(line),
      templates: templatesOf(of('Options')),
    });
  }
  return steps;
}

/** All of it or nothing: it is checked as a whole before it is written, and put back when it is refused. */
async function update(parts: ConfigActionParts, call: ManagerCall): Promise<void> {
  const from = await ownFileOf(parts, call.get('SrcFilename'));
  const to = await ownFileOf(parts, call.get('DstFilename'));
  if (from !== to) throw new ManagerError('SrcFilename and DstFilename must be the same file');
  const steps = stepsOf(call);
  const reload = call.get('Reload').toLowerCase();
  const wanted = !['', 'no', 'false', 'off', '0'].includes(reload);
  await parts.editor.change(from, wanted, ({ file }): Revised => {
    for (const step of steps) updates[step.action]!(file.tree, step);
    return { what: 'changed', count: steps.length, file: file.name, line: 1 };
  });
  const module = parts.loader.resolve(reload);
  if (module !== undefined) await parts.loader.reload(module, 'manager');
  call.reply([]);
}

/** A file that is not there has an answer of its own. */
async function onFile(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    throw thrown instanceof FileMissing ? new ManagerError('Config file not found') : thrown;
  }
}

const FILENAME = { name: 'Filename', help: 'A file of the configuration directory', required: true };
const SELECTION = [
  FILENAME,
  { name: 'Category', help: 'One section alone' },
  { name: 'Filter', help: 'TEMPLATES=include or TEMPLATES=restrict' },
];

export const configActions = (parts: ConfigActionParts): ManagerAction[] => [
  {
    name: 'GetConfig',
    privileges: ['system', 'config'],
    summary: 'Read a configuration file',
    arguments: SELECTION,
    run: async call => call.reply(configFields(await read(parts, call))),
  },
  {
    name: 'GetConfigJSON',
    privileges: ['system', 'config'],
    summary: 'Read a configuration file as JSON',
    arguments: SELECTION,
    run: async call => call.reply([['JSON', json(await read(parts, call))]]),
  },
  {
    name: 'ListCategories',
    privileges: ['config'],
    summary: 'List the sections of a configuration file',
    arguments: [FILENAME],
    async run(call) {
      const categories = await read(parts, call);
      if (categories.length === 0) throw new ManagerError('Error: file contains no categories');
      call.reply(categories.map(({ name }, at) => [`Category-${number(at)}`, name]));
    },
  },
  {
    name: 'CreateConfig',
    privileges: ['config'],
    summary: 'Make an empty configuration file',
    arguments: [FILENAME],
    run: call =>
      onFile(async () => {
        await parts.editor.create(await ownFileOf(parts, call.get('Filename')));
        call.reply([['Message', 'New configuration file created successfully']]);
      }),
  },
  {
    name: 'UpdateConfig',
    privileges: ['config'],
    summary: 'Change a configuration file',
    help: 'Steps are numbered from 000000 and done in turn, all or none. What is refused changes nothing.',
    arguments: [
      { name: 'SrcFilename', help: 'The file', required: true },
      { name: 'DstFilename', help: 'The same', required: true },
      { name: 'Reload', help: 'yes: whoever reads the file reads it again; or a module that does' },
      { name: 'Action-XXXXXX', help: `One of ${Object.keys(updates).join(', ')}`, repeats: true },
      { name: 'Cat-XXXXXX', help: 'The section', repeats: true },
      { name: 'Var-XXXXXX', help: 'The option; with > before it, written with =>', repeats: true },
      { name: 'Value-XXXXXX', help: 'The value, or the new name of a section', repeats: true },
      { name: 'Match-XXXXXX', help: 'The value that a line must have', repeats: true },
      { name: 'Line-XXXXXX', help: 'Which line of the section, from 0', repeats: true },
      { name: 'Options-XXXXXX', help: 'Of newcat: template, inherit="name,name"', repeats: true },
    ],
    run: call => onFile(() => update(parts, call)),
  },
];
