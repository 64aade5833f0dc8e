/** `core set verbose` and `core set debug`: how much a console is told, and how much modules tell. */
import { type Call, type Command, CommandError, type Loader, type Loggers } from '#core';

const HIGHEST = 10;

export const levelCommands = (loggers: Loggers, loader: Loader): Command[] => [
  {
    syntax: 'core set verbose [atleast] <level> [silent]',
    summary: 'Set the level of verbose messages that this console is shown',
    help: "'atleast' never lowers it, 'silent' says nothing of it. 'core set verbose off' is level 0.",
    run: call => setVerbose(call, levelOf(call)),
  },
  {
    syntax: 'core set verbose off',
    summary: 'Show this console no verbose messages',
    run: call => setVerbose(call, 0),
  },
  {
    syntax: 'core set debug [atleast] <level> [<module>]',
    summary: 'Set the level of debug messages, of all modules or of one',
    help: "'atleast' never lowers it. 'core set debug off' is level 0, for each module too.",
    complete: { module: () => loader.rows().map(({ name }) => name) },
    run: call => setDebug(call, levelOf(call), loggers, loader),
  },
  {
    syntax: 'core set debug off [<module>]',
    summary: 'Let no module write debug messages, or take back what was set for one',
    complete: { module: () => loggers.debugs().map(([module]) => module) },
    run(call) {
      if (call.args['module'] === undefined) for (const [module] of loggers.debugs()) loggers.setDebug(0, module);
      setDebug(call, 0, loggers, loader);
    },
  },
];

function levelOf({ args }: Call): number {
  const text = args['level']!;
  const level = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  if (level === undefined)
    throw new CommandError(`Expected a level from 0 to ${HIGHEST}, or 'off', got '${text}'.`, true);
  return Math.min(level, HIGHEST);
}

const named = (level: number): string => (level === 0 ? 'OFF' : String(level));

function setVerbose({ console, chosen, out }: Call, wanted: number): void {
  const before = console.verbosity;
  console.verbosity = chosen.has('atleast') ? Math.max(before, wanted) : wanted;
  if (!chosen.has('silent')) out.line(changed('Console verbose', before, console.verbosity));
}

const changed = (what: string, before: number, now: number): string =>
  before === now ? `${what} is still ${named(now)}.` : `${what} was ${named(before)} and is now ${named(now)}.`;

function setDebug({ args, chosen, out }: Call, wanted: number, loggers: Loggers, loader: Loader): void {
  const typed = args['module'];
  const module = typed === undefined ? undefined : loader.resolve(typed);
  if (typed !== undefined && module === undefined) throw new CommandError(`No such module '${typed}'`, true);
  const before = loggers.debugLevel(module);
  loggers.setDebug(chosen.has('atleast') ? Math.max(before, wanted) : wanted, module);
  const now = loggers.debugLevel(module);
  if (typed === undefined) out.line(changed('Core debug', before, now));
  else if (before === now) out.line(`Core debug is still ${now} for '${typed}'.`);
  else out.line(`Core debug was ${before} and has been set to ${now} for '${typed}'.`);
}
