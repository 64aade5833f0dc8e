/** asterisk.conf: where things are and how the process behaves. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ConfigFileDescription } from './config/description.js';
import { type ConfigFile, variablesOf } from './config/files.js';
import {
  Invalid,
  initial,
  type Line,
  type Remarks,
  read,
  sectionWith,
  type Table,
  type Values,
} from './config/options.js';
import { custom, integer, milliseconds, text, truth, yesno } from './config/types.js';
import { LoadDeclined, type Problem } from './errors.js';
import { token } from './registry.js';

const PATH = 'a path, relative to this file unless it begins with /';

const path = (usual: string, help: string, remarks: Remarks = {}) =>
  custom(
    usual,
    PATH,
    help,
    value => {
      if (value === '') throw new Invalid(`expected ${PATH}, got nothing`);
      return value;
    },
    remarks,
  );

const HIGHEST = 10;

/** A level, or a word for it: files say `debug = no`. One that is too high is the highest, as it is at a console. */
const level = (help: string) =>
  custom<number>(0, `a level, 0-${HIGHEST}, or yes or no`, help, (value, _before, warn) => {
    const word = truth(value);
    if (word !== undefined) return Number(word);
    if (!/^\d{1,9}$/.test(value)) throw new Invalid(`expected a level, 0-${HIGHEST}, or yes or no, got '${value}'`);
    if (Number(value) > HIGHEST) warn(`${value} is taken as ${HIGHEST}, which is the highest`);
    return Math.min(Number(value), HIGHEST);
  });

const directories = {
  astetcdir: path('/etc/asterisk', 'The configuration files.'),
  astmoddir: path('/usr/lib/asterisk/modules', 'Modules of third parties: each folder with an index.js is one.'),
  astvarlibdir: path('/var/lib/asterisk', 'What the PBX keeps for itself.'),
  astdbdir: path('/var/lib/asterisk', 'The database file astdb.sqlite3.'),
  astkeydir: path('/var/lib/asterisk', 'Keys.', { later: 'IAX2 keys' }),
  astdatadir: path('/var/lib/asterisk', 'Sounds, in a folder sounds, and other data.'),
  astagidir: path('/var/lib/asterisk/agi-bin', 'AGI programs.'),
  astspooldir: path('/var/spool/asterisk', 'Recordings and voicemail.', { later: 'recordings' }),
  astrundir: path('/var/run/asterisk', 'The control socket asterisk.ctl.'),
  astsbindir: path('/usr/sbin', 'Where the program is.', { never: 'it is where the package is' }),
  astlogdir: path('/var/log/asterisk', 'Log files.'),
  astcachedir: path('/var/cache/asterisk', 'Files that can be made again.', { later: 'recordings' }),
} satisfies Table;

const processWide = 'Obelisk is run by a service manager, which does this';

const options = {
  verbose: level('The level of verbose messages, added to -v.'),
  debug: level('The level of debug messages, added to -d.'),
  systemname: text('', 'The name of this system: the digest realm, and what realtime rows are marked with.'),
  execincludes: yesno(false, 'Whether #exec in configuration files runs programs.'),
  autoreload: yesno(
    false,
    'Whether a configuration file that changes is read again by itself, after a check; what is refused is told in the log.',
  ),
  showsecrets: yesno(false, 'Whether show commands print secrets instead of <Set>.'),
  astdbwindow: milliseconds(100, [1, 10_000], 'How long changes of the database file are gathered into one write.'),
  nocolor: yesno(false, 'No colours on consoles.'),
  timestamp: yesno(false, 'Consoles show the time of verbose messages, as -T.'),
  quiet: yesno(false, 'No banner on the console.'),
  console: yesno(false, 'A console in the foreground, as -c.', { never: 'say -c' }),
  nofork: yesno(false, 'Stay in the foreground.', { never: 'it always does' }),
  alwaysfork: yesno(false, 'Go to the background.', { never: processWide }),
  highpriority: yesno(false, 'Real-time priority.', { never: processWide }),
  initcrypto: yesno(false, 'Ask for the passwords of keys.', { never: 'there are no such keys' }),
  dumpcore: yesno(false, 'Dump core after a crash.', { never: processWide }),
  dontwarn: yesno(false, 'Leave out some warnings.', { never: 'there are no such warnings' }),
  refdebug: yesno(false, 'Log reference counts.', { never: 'there are none' }),
  runuser: text('', 'The user that a start by root becomes, as -U.'),
  rungroup: text('', 'The group of that user, in place of its own groups, as -G.'),
  maxfiles: integer(0, [0, 10_000_000], 'The most open files.', { never: processWide }),
  maxcalls: integer(0, [0, 1_000_000], 'The most calls at once; 0 is no limit.'),
  maxload: text('', 'No new calls above this load average.', { later: 'a measure of load' }),
  minmemfree: integer(0, [0, 1_000_000], 'No new calls with fewer megabytes free.', { later: 'a measure of memory' }),
  languageprefix: yesno(true, 'Sound files are found under <language>/.', { later: 'sounds laid out the old way' }),
  defaultlanguage: text('en', 'The language of sounds.'),
  documentation_language: text('en_US', 'The language of help.', { never: 'help is in English' }),
  autosystemname: yesno(false, 'The host name as systemname.'),
  entityid: text('', 'The identity towards other systems.', { later: 'clustering' }),
  transmit_silence: yesno(false, 'Send silence while recording.', { later: 'recordings' }),
  transmit_silence_during_record: yesno(false, 'Send silence while recording.', { later: 'recordings' }),
  transcode_via_sln: yesno(true, 'Transcode by way of signed linear.', { later: 'more codecs' }),
  cache_record_files: yesno(false, 'Record into record_cache_dir first.', { later: 'recordings' }),
  record_cache_dir: text('', 'Where recordings begin.', { later: 'recordings' }),
  cache_media_frames: yesno(true, 'Keep decoded media.', { later: 'more codecs' }),
  internal_timing: yesno(true, 'Timing of media.', { later: 'a choice of timing' }),
  mindtmfduration: milliseconds(80, [0, 10_000], 'The shortest DTMF digit.', { later: 'keys that are drawn out' }),
  rtp_use_dynamic: yesno(true, 'Dynamic RTP payload types below 96 too.', { later: 'more codecs' }),
  rtp_pt_dynamic: integer(35, [0, 127], 'The first dynamic RTP payload type.', { later: 'more codecs' }),
  lightbackground: yesno(false, 'Colours for a light terminal.', { later: 'a choice of colours' }),
  forceblackbackground: yesno(false, 'A black terminal.', { later: 'a choice of colours' }),
  hideconnect: yesno(false, 'No line when a remote console comes or goes.', { never: 'there are no such lines' }),
  lockmode: text('lockfile', 'How spool files are locked.', { later: 'voicemail' }),
  lockconfdir: yesno(false, 'Lock the configuration directory.', {
    never: 'files are replaced whole, never edited in place',
  }),
  stdexten: text('gosub', 'How users.conf makes extensions.', { later: 'users.conf' }),
  live_dangerously: yesno(
    false,
    'Whether clients of the manager interface and their like may read and write functions that reach beyond the call, such as SHELL().',
  ),
  hide_messaging_ami_events: yesno(false, 'No manager events for messages.', { later: 'messages' }),
  sounds_search_custom_dir: yesno(false, 'Look under custom/ for sounds.', {
    later: 'sounds of a folder of their own',
  }),
  channel_storage_backend: text('ao2_legacy', 'How channels are kept.', { never: 'there is one way' }),
  disable_remote_console_shell: yesno(false, 'No ! in remote consoles.', { never: 'remote consoles never have it' }),
} satisfies Table;

const files = {
  astctlpermissions: custom(
    0o600,
    'octal permissions',
    'The rights of the control socket.',
    value => {
      if (!/^0?[0-7]{3}$/.test(value)) throw new Invalid(`expected octal permissions such as 0660, got '${value}'`);
      return Number.parseInt(value, 8);
    },
    { show: value => value.toString(8).padStart(4, '0') },
  ),
  astctlowner: text('', 'The owner of the control socket.', { never: 'it belongs to who runs the PBX' }),
  astctlgroup: text('', 'The group of the control socket.', { never: 'it belongs to who runs the PBX' }),
  astctl: text('asterisk.ctl', 'The name of the control socket in astrundir.'),
} satisfies Table;

const named = { '[directories]': directories, '[options]': options, '[files]': files };

export const asteriskConf: ConfigFileDescription = {
  file: 'asterisk.conf',
  intro: 'Directories and what concerns the whole process. Read at the start only.',
  sections: [
    { name: 'directories', intro: 'A relative path is relative to this file.', table: directories },
    { name: 'options', intro: '', table: options },
    { name: 'files', intro: 'The control socket.', table: files },
  ],
};

/** Absolute paths. */
export type Directories = Values<typeof directories>;

export interface Settings extends Values<typeof options> {
  /** The asterisk.conf that was read. */
  readonly file: string;
  readonly directories: Directories;
  readonly controlSocket: { readonly path: string; readonly permissions: number };
}

export const settings = token<Settings>('settings');

/**
 * The settings of a parsed asterisk.conf.
 * @param file its path
 * @throws LoadDeclined with every value that cannot be taken
 */
export function readSettings(
  config: ConfigFile,
  file: string,
  hostname: string,
): { settings: Settings; warnings: Problem[] } {
  const warnings: Problem[] = [...config.warnings, ...passedOver(config)];
  const problems: Problem[] = [];
  const take = <T extends Table>(section: string, table: T): Values<T> => {
    const lines = variablesOf(config, section);
    const reading = read(table, lines, {}, false, sectionWith(named));
    problems.push(...reading.problems);
    warnings.push(...reading.warnings, ...withoutEffect(table, lines));
    return { ...initial(table), ...reading.set };
  };
  const paths = take('directories', directories);
  const values = take('options', options);
  const socket = take('files', files);
  if (problems.length > 0) throw new LoadDeclined(`${file} cannot be used`, problems, warnings);
  const absolute = Object.fromEntries(
    Object.entries(paths).map(([name, value]) => [name, isAbsolute(value) ? value : resolve(dirname(file), value)]),
  ) as Directories;
  return {
    settings: {
      ...values,
      systemname: values.systemname || (values.autosystemname ? hostname : ''),
      file,
      directories: absolute,
      controlSocket: { path: join(absolute.astrundir, socket.astctl), permissions: socket.astctlpermissions },
    },
    warnings,
  };
}

/** The file that comes with Asterisk has `[directories](!)`: a template, so the usual paths hold, whatever stands in it. */
function passedOver({ sections }: ConfigFile): Problem[] {
  const usual = initial(directories) as Readonly<Record<string, string>>;
  return sections.flatMap(({ name, template, variables }) => {
    const own = template && name === 'directories' ? variables.find(one => usual[one.name] !== one.value) : undefined;
    if (own === undefined) return [];
    const message = `[directories](!) is a template: ${own.name} and all that stands in it has no effect, without (!) it has`;
    return [{ file: own.file, line: own.line, message }];
  });
}

/** Options that a file sets although they can have no effect here. */
function withoutEffect(table: Table, lines: readonly Line[]): Problem[] {
  return lines.flatMap(({ name, file, line }) => {
    const never = table[name.toLowerCase()]?.never;
    return never === undefined ? [] : [{ file, line, message: `${name} has no effect: ${never}` }];
  });
}
