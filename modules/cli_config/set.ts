/** `config set` and `config unset`: one option of one section. */
import { type Command, type ConfigEditor, refuseOverruled, setOption, unsetOption } from '#core';
import { answer } from './answer.js';
import { habitOf, refuseUndone, refuseUseless } from './habit.js';
import { meantBy, NO_RELOAD } from './names.js';

export const setCommands = (editor: ConfigEditor, complete: NonNullable<Command['complete']>): Command[] => [
  {
    syntax: `config set <file> <section> <option> <value> [${NO_RELOAD}]`,
    summary: 'Set an option in a configuration file, and reload who reads it',
    help: [
      'The change is made on the line that decides, wherever that is included from; comments and everything else stay.',
      'An option that has several lines gets one more, unless the value is there.',
      'What comes from a template is set in the section itself.',
      'The new file is checked before it is written. The old one is kept as <file>.bak.',
      `${NO_RELOAD} leaves what runs as it is.`,
    ].join('\n'),
    complete,
    async run({ args, chosen, out }) {
      const { file = '', section = '', option = '', value = '' } = args;
      const change = await editor.change(
        file,
        !chosen.has(NO_RELOAD),
        opened => {
          refuseUseless(opened.description, { section, option, value });
          return setOption(meantBy(opened), section, option, value, habitOf(opened.description, section, option));
        },
        (config, { description }) => {
          const habit = habitOf(description, section, option);
          refuseOverruled(config, section, option, value, habit);
          refuseUndone(config, description, { section, option, value, habit });
        },
      );
      answer(out, change, `'${option}' of [${section}] is ${change.result.what === 'added' ? 'added' : 'set'}`);
    },
  },
  {
    syntax: `config unset <file> <section> <option> [${NO_RELOAD}]`,
    summary: 'Take an option out of a section, and reload who reads the file',
    help: 'Of several lines that all count only one goes: the value says which.',
    complete,
    run: call => unset(editor, call),
  },
  {
    syntax: `config unset <file> <section> <option> <value> [${NO_RELOAD}]`,
    summary: 'Take one of several values of an option out of a section',
    complete,
    run: call => unset(editor, call),
  },
];

async function unset(editor: ConfigEditor, { args, chosen, out }: Parameters<Command['run']>[0]): Promise<void> {
  const { file = '', section = '', option = '', value } = args;
  const change = await editor.change(file, !chosen.has(NO_RELOAD), opened =>
    unsetOption(meantBy(opened), section, option, value, habitOf(opened.description, section, option)),
  );
  const { count } = change.result;
  answer(out, change, `'${option}' is taken out of [${section}]${count > 1 ? `, ${count} lines of it` : ''}`);
}
