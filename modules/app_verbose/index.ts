/** app_verbose: Verbose and Log, lines of the dialplan's own in the log. */
import { type Application, ApplicationError, type Core, defineModule, type Logger, splitArguments } from '#core';

export default defineModule({
  name: 'app_verbose',
  description: 'Send verbose output',
  loadModule: core => core.application(verbose(core), log(core)),
});

/** The most that consoles can ask for in the dialplan. */
const HIGHEST = 4;

const verbose = (core: Core): Application => ({
  name: 'Verbose',
  synopsis: 'Write a line for consoles that want to see that much.',
  syntax: 'Verbose([level,]message)',
  arguments: [
    { name: 'level', help: `From 0 to ${HIGHEST}; 0 if left out` },
    { name: 'message', help: 'The line', required: true },
  ],
  seeAlso: ['Log()'],
  run(_channel, data) {
    const [, level, message = data] = /^\s*(\d+)\s*,(.*)$/s.exec(data) ?? [];
    core.log.verbose(Math.min(HIGHEST, Number(level ?? 0)), message);
  },
});

const WRITERS: Readonly<Record<string, (log: Logger, line: string) => void>> = {
  error: (log, line) => log.error(line),
  warning: (log, line) => log.warning(line),
  notice: (log, line) => log.notice(line),
  debug: (log, line) => log.debug(0, line),
  verbose: (log, line) => log.verbose(0, line),
};

const log = (core: Core): Application => ({
  name: 'Log',
  synopsis: 'Write a line to the log.',
  syntax: 'Log(level,message)',
  arguments: [
    { name: 'level', help: 'ERROR, WARNING, NOTICE, DEBUG or VERBOSE', required: true },
    { name: 'message', help: 'The line', required: true },
  ],
  seeAlso: ['Verbose()'],
  run({ position: { context, extension, priority } }, data) {
    const [level = '', message = ''] = splitArguments(data, { most: 2 });
    const word = level.trim().toLowerCase();
    const write = Object.hasOwn(WRITERS, word) ? WRITERS[word] : undefined;
    if (!write)
      throw new ApplicationError(`'${level}' is none of ${Object.keys(WRITERS).join(', ').toUpperCase()}`, 'goes on');
    write(core.log, `${extension}@${context}:${priority}: ${message}`);
  },
});
