/** logger.conf: the options of [general], the channels of [logfiles], and how both are read. */
import type { ConfigFileDescription } from '../config/description.js';
import { type ConfigFile, variablesOf } from '../config/files.js';
import { Invalid, initial, type Option, read, type Values, type Warn } from '../config/options.js';
import { custom, integer, oneOf, text, yesno } from '../config/types.js';
import { LoadDeclined, type Problem } from '../errors.js';
import { compileDate } from './dates.js';
import { type Formatter, formatters } from './format.js';
import { type LevelList, levelWords, readLevels } from './levels.js';
import { strategies } from './rotation.js';

/** What a channel takes, and in which format. */
export interface ChannelRules extends LevelList {
  readonly formatter: Formatter;
}

export interface ChannelConfig extends ChannelRules {
  /** As it stands in the file: `console`, or a path relative to astlogdir. */
  readonly name: string;
}

/** `[json]notice,warning`: a format in brackets, then levels. @throws Invalid for a format that is not known */
export function readChannelRules(value: string, warn: Warn): ChannelRules {
  const [, word, levels = value] = /^\s*\[([^\]]*)\](.*)$/s.exec(value) ?? [];
  const formatter = word === undefined ? 'default' : formatters.find(known => known === word.trim().toLowerCase());
  if (!formatter) throw new Invalid(`expected one of ${formatters.join(', ')} in the brackets, got '${word}'`);
  const list = readLevels(levels, warn);
  if (list.levels.size === 0) warn(`'${value}' names no level that is ever logged: nothing will go there`);
  return { formatter, ...list };
}

const general = {
  dateformat: custom<string>(
    '%b %e %T',
    'a strftime format',
    'Date of each line. `%3q` is milliseconds, `%6q` microseconds.',
    (value, _before, warn) => {
      const { unknown } = compileDate(value);
      if (unknown.length > 0) warn(`${unknown.join(', ')} means nothing here and is printed as it stands`);
      return value;
    },
  ),
  appendhostname: yesno(false, "Adds the machine's name to the name of each file."),
  rotatestrategy: oneOf(
    strategies,
    'sequential',
    'How `logger rotate` names the old file: sequential (the highest number is the newest), rotate (0 is the newest), ' +
      'timestamp (seconds since 1970), none (only opened anew).',
  ),
  exec_after_rotate: text(
    '',
    'Shell command that runs for each rotated file; its new path is the variable `filename`.',
  ),
  logger_queue_limit: integer(
    1000,
    [10, 1_000_000],
    'Lines that may wait for a slow disk, for each file. Beyond it new lines that are no warnings, errors or security ' +
      'events are left out, and counted.',
  ),
  display_callids: yesno(true, 'Writes the call that a line belongs to.', {
    aliases: ['use_callids'],
    later: 'calls in log lines',
  }),
  queue_log: yesno(true, 'Writes what happens in call queues to a file.', { later: 'call queues' }),
  queue_log_to_file: yesno(false, 'Writes that file even when realtime has it.', { later: 'call queues' }),
  queue_log_name: text('queue_log', 'Name of that file.', { later: 'call queues' }),
  queue_log_realtime_use_gmt: yesno(false, 'Times of the queue log in realtime are in UTC.', { later: 'call queues' }),
  custom_levels: text('', 'Further levels, for the dialplan to log to.', { later: 'levels of that kind' }),
};

const channel = (levels: string, help: string, remarks = {}): Option<ChannelRules> =>
  custom<ChannelRules>(
    readChannelRules(levels, () => undefined),
    '[default|plain|json] and levels, comma-separated',
    help,
    (value, _before, warn) => readChannelRules(value, warn),
    {
      show: rules =>
        `${rules.formatter === 'default' ? '' : `[${rules.formatter}]`}${levelWords(rules).join(',').toLowerCase()}`,
      ...remarks,
    },
  );

/** Channels as they are usually named. Any other name is a file too. */
const logfiles = {
  console: channel('error,warning,notice,verbose', 'What consoles show. Verbose messages: each console its own level.'),
  messages: channel('error,warning,notice', 'A file of astlogdir; its name is yours to choose.'),
  security: channel('security', 'Logins, refused or not, one line each: for fail2ban and the like.'),
  full: channel('error,warning,notice,verbose,debug', 'A file with everything.'),
  'syslog.local0': channel('error,warning', 'The system log, with a facility.', {
    never: 'The system log cannot be reached from here without a library of its own. Log to a file.',
  }),
};

/** logger.conf, for the samples. */
export const loggerConf: ConfigFileDescription = {
  file: 'logger.conf',
  intro: 'What is logged, and where to.',
  sections: [
    { name: 'general', intro: '', table: general },
    {
      name: 'logfiles',
      intro:
        '`name => level,level,...`: `console`, or a file. Levels: debug notice warning error verbose security, `*` for all, ' +
        '`verbose(3)` for verbose messages up to a level. `[json]` or `[plain]` before them chooses the format.',
      table: logfiles,
      anyOption: true,
    },
  ],
};

export interface LoggerConfig {
  readonly general: Values<typeof general>;
  readonly channels: readonly ChannelConfig[];
}

/** What holds until, and without, a logger.conf that can be read. */
export const defaultLogging: LoggerConfig = {
  general: initial(general),
  channels: [{ name: 'console', ...logfiles.console.initial }],
};

const isSyslog = (name: string): boolean => /^syslog(\.|$)/i.test(name);

/** Reads logger.conf; without one, consoles get what they should. @throws LoadDeclined with every problem */
export function readLoggerConf(file: ConfigFile | undefined): { config: LoggerConfig; warnings: readonly Problem[] } {
  if (!file) return { config: defaultLogging, warnings: [] };
  const reading = read(general, variablesOf(file, 'general'));
  const problems = [...reading.problems];
  const warnings = [...file.warnings, ...reading.warnings];
  const channels = new Map<string, ChannelConfig>();
  for (const { name, value, ...place } of variablesOf(file, 'logfiles')) {
    const say = (to: Problem[], message: string) => to.push({ file: place.file, line: place.line, message });
    if (isSyslog(name)) {
      say(warnings, `${name}: ${logfiles['syslog.local0'].never}`);
      continue;
    }
    if (channels.has(name)) say(warnings, `${name}: stands twice, the last line holds`);
    try {
      channels.set(name, { name, ...readChannelRules(value, message => say(warnings, `${name}: ${message}`)) });
    } catch (thrown) {
      if (!(thrown instanceof Invalid)) throw thrown;
      say(problems, `${name}: ${thrown.message}`);
    }
  }
  if (problems.length > 0) throw new LoadDeclined('the log is left as it was', problems, warnings);
  return { config: { general: { ...initial(general), ...reading.set }, channels: [...channels.values()] }, warnings };
}
