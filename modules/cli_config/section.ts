/** `config add` and `config remove`: whole sections. */
import { type Command, CommandError, type ConfigEditor, dropSection, newSection } from '#core';
import { answer } from './answer.js';
import { meantBy, NO_RELOAD } from './names.js';

/** The name and the templates of `name(template,template)`. @throws CommandError */
export function readSection(text: string): { name: string; templates: readonly string[] } {
  const [, name, list] = /^([^()[\]]+)(?:\(([^()]*)\))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new CommandError(`'${text}' is not a section: expected name or name(template,...).`, true);
  const templates = (list ?? '').split(',').map(word => word.trim());
  return { name, templates: templates.filter(word => word !== '') };
}

export const sectionCommands = (editor: ConfigEditor, complete: NonNullable<Command['complete']>): Command[] => [
  {
    syntax: `config add <file> <section> [${NO_RELOAD}]`,
    summary: 'Add an empty section to a configuration file, and reload who reads it',
    help: [
      'name(template,...) inherits from templates, name(!) is one.',
      'It stands at the end of the file that is named, which may be one that is included.',
    ].join('\n'),
    complete,
    async run({ args, chosen, out }) {
      const { file = '', section = '' } = args;
      const { name, templates } = readSection(section);
      const change = await editor.change(file, !chosen.has(NO_RELOAD), opened =>
        newSection(opened, opened.file, name, templates),
      );
      answer(out, change, `[${name}] is added`);
    },
  },
  {
    syntax: `config remove <file> <section> [${NO_RELOAD}]`,
    summary: 'Take a section out of a configuration file, and reload who reads it',
    help: 'Every part of it goes, from its header to its last value. A section that others inherit from stays.',
    complete,
    async run({ args, chosen, out }) {
      const { file = '', section = '' } = args;
      const change = await editor.change(file, !chosen.has(NO_RELOAD), opened => dropSection(meantBy(opened), section));
      answer(out, change, `[${section}] is taken out, ${change.result.count} lines`);
    },
  },
];
