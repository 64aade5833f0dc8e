/** res_clialiases: words of cli_aliases.conf stand for commands. Declares the module. */
import {
  type Cli,
  type Command,
  CommandError,
  type Core,
  cli,
  defineModule,
  FileMissing,
  formatProblem,
  renderText,
  type TableShape,
  typed,
} from '#core';
import { type Alias, aliasesConf, begins, FILE, readAliases } from './aliases-conf.js';

interface State {
  readonly table: Cli;
  aliases: readonly Alias[];
  /** Takes the commands back. */
  withdraw: () => void | Promise<void>;
}

const ALIASES: TableShape<Alias> = {
  layout: '%-50.50s %-50.50s',
  columns: [
    { title: 'Alias Command', key: 'alias', value: alias => alias.words.join(' ') },
    { title: 'Real Command', key: 'command', value: alias => alias.command },
  ],
};

export default defineModule<State>({
  name: 'res_clialiases',
  description: 'CLI Aliases',
  files: [aliasesConf],

  async loadModule(core) {
    const state: State = { table: core.use(cli), aliases: [], withdraw: () => undefined };
    core.command({
      syntax: 'cli show aliases',
      summary: 'List the words of cli_aliases.conf and the commands that they stand for',
      run: ({ out }) => out.table(ALIASES, state.aliases),
    });
    await readAgain(core, state);
    // Modules that were loaded later may have brought commands of the same words.
    core.on('fullyBooted', () => core.spawn('aliases', apply(core, state, state.aliases)));
    return state;
  },
  reloadModule: readAgain,
});

async function readAgain(core: Core, state: State): Promise<void> {
  const { aliases, warnings } = await readIfThere(core, state);
  for (const warning of warnings) core.log.warning(formatProblem(warning));
  await apply(core, state, aliases);
}

async function apply(core: Core, state: State, aliases: readonly Alias[]): Promise<void> {
  const { table } = state;
  await state.withdraw();
  const free = aliases.filter(alias => isFree(core, table, alias));
  state.withdraw = core.defer('aliases', table.add(core.name, ...free.map(alias => commandOf(alias, table))));
  state.aliases = free;
}

async function readIfThere(core: Core, { aliases }: State): Promise<ReturnType<typeof readAliases>> {
  try {
    return readAliases((await core.config(FILE))!);
  } catch (thrown) {
    if (!(thrown instanceof FileMissing) || aliases.length > 0) throw thrown;
    return { aliases: [], warnings: [] };
  }
}

/** A command of the same words goes before. */
function isFree(core: Core, table: Cli, { words, file, line }: Alias): boolean {
  const taken = [...table.commands()].find(({ command }) => begins(command.syntax.toLowerCase().split(' '), words));
  if (taken === undefined) return true;
  const message = `${words.join(' ')}: there is a command '${taken.command.syntax}'; the line is left out`;
  core.log.warning(formatProblem({ file, line, message }));
  return false;
}

const commandOf = ({ words, command }: Alias, table: Cli): Command => ({
  syntax: `${words.join(' ')} [<more>...]`,
  summary: `Stands for '${command}'`,
  // Whether it may run then is for the command to say.
  whileStopping: true,
  complete: { more: before => candidates(table, [command, ...before.slice(words.length)].join(' ')) },
  async run({ rest, console, out }) {
    const { outcome, report } = await table.answer([command, ...rest.map(typed)].join(' '), console);
    const text = renderText(report, console.width);
    for (const line of text === '' ? [] : text.replace(/\n$/, '').split('\n')) out.line(line);
    if (outcome !== 'done') throw new CommandError('', 'told');
  },
});

const candidates = (table: Cli, line: string): string[] => table.complete(`${line} `);
