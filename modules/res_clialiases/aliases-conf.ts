/** cli_aliases.conf: which words stand for which command. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  finding,
  LoadDeclined,
  listOf,
  type Problem,
  read,
  splitLine,
  type Table,
  text,
  variablesOf,
} from '#core';

export const FILE = 'cli_aliases.conf';

const general = {
  template: listOf('a section', 'A section whose lines are in force; a line for each.', name => name),
} as const satisfies Table;

const template: Table = { 'hangup request': text('', 'The command that these words stand for.') };

/** `words` are typed; `command` is what runs. */
export interface Alias extends Pick<Problem, 'file' | 'line'> {
  readonly words: readonly string[];
  readonly command: string;
}

/** As the prompt has them: words in quotes are the same words. */
const wordsOf = (text: string): readonly string[] => splitLine(text.toLowerCase()).words;

/** Whether a line begins with these words. */
export const begins = (line: readonly string[], words: readonly string[]): boolean =>
  words.every((word, at) => line[at] === word);

/** @throws LoadDeclined */
export function readAliases(config: ConfigFile): { aliases: readonly Alias[]; warnings: readonly Problem[] } {
  const { set, problems, warnings } = read(general, variablesOf(config, 'general'));
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems, warnings);
  const told: Problem[] = [...warnings];
  const aliases: Alias[] = [];
  const templates = set.template ?? [];
  for (const name of templates) {
    if (!config.sections.some(section => section.name === name)) {
      told.push({ file: config.name, line: 0, message: `template: there is no section [${name}]` });
    }
  }
  for (const { name, value: command, file, line } of templates.flatMap(one => variablesOf(config, one))) {
    const words = wordsOf(name);
    const fault = faultOf(words, wordsOf(command), aliases);
    if (fault === undefined) aliases.push({ words, command, file, line });
    else told.push({ file, line, message: `${name}: ${fault}; the line is left out` });
  }
  return { aliases, warnings: told };
}

function faultOf(words: readonly string[], command: readonly string[], before: readonly Alias[]): string | undefined {
  if (words.length === 0 || words.some(word => !/^[\w.-]+$/.test(word))) return 'expected words of letters and digits';
  if (command.length === 0) return 'there is no command behind it';
  if (before.some(alias => alias.words.join(' ') === words.join(' '))) return 'it stands for something already';
  if (begins(command, words) || before.some(alias => begins(command, alias.words))) {
    return 'it would stand for words that stand for something themselves';
  }
  return undefined;
}

export const aliasesConf: ConfigFileDescription = {
  file: FILE,
  intro: 'Words at the prompt that stand for a command; what is typed behind them goes behind the command.',
  sections: [
    { name: 'general', intro: 'Which sections are in force.', table: general },
    {
      name: 'friendly',
      intro: 'Words and their commands.',
      table: template,
      anyName: true,
      anyOption: true,
      example: 'reload = module reload\nhelp = core show help\nhangup request = channel request hangup',
    },
  ],
  check: config => readAliases(config).warnings.map(finding('warning')),
};
