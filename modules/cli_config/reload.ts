/** `config reload <file>`: everybody who reads the file reads it again. */
import { type Command, CommandError, type Configuration, type FileReload } from '#core';
import { fileNames } from './completion.js';
import { runningOf } from './running.js';

const ANSWERS: Readonly<Record<FileReload['result'], string>> = {
  success: 'was read again',
  error: 'was refused, and the old values stay',
  'in progress': 'was not read: another reload is under way, try again after it',
  unsupported: 'was not read: this module does not support reloads',
  'not running': 'was not read: this module is not running',
  'not found': 'was not read: there is no such module',
  'start only': 'is read at the start only',
};

/** What the lines of an answer say, with the reasons that stand before them. */
export function outcomesIn(lines: readonly string[]): FileReload[] {
  const outcomes: FileReload[] = [];
  let reasons: string[] = [];
  for (const line of lines) {
    const [result] = Object.entries(ANSWERS).find(([, words]) => line.endsWith(` ${words}`)) ?? [];
    const owner = /^([^\s:]+): /.exec(line)?.[1];
    if (result === undefined || owner === undefined) {
      reasons.push(line);
      continue;
    }
    const why = reasons.join('\n');
    outcomes.push({ owner, result: result as FileReload['result'], ...(why !== '' && { why }) });
    reasons = [];
  }
  return outcomes;
}

export const reloadCommand = (configuration: Configuration): Command => ({
  syntax: 'config reload <file>',
  summary: 'Let everybody who reads a configuration file read it again',
  help: 'A file with a mistake changes nothing: the old values stay, and the mistakes are named.',
  complete: { file: () => fileNames(configuration) },
  async run({ args, out }) {
    const file = args['file']!;
    const outcomes = await runningOf(configuration).reload(configuration.pathOf(file));
    if (outcomes.length === 0) throw new CommandError(`nobody reads ${file}`, true);
    for (const { owner, result, why } of outcomes) {
      if (why !== undefined) out.line(why);
      out.line(`${owner}: ${file} ${ANSWERS[result]}`);
    }
    if (outcomes.some(({ result }) => result !== 'success')) throw new CommandError('', 'told');
  },
});
