/** `core show settings`: what is set and where things are. A row that could only be made up is not there. */
import { machine, type, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  type AstDb,
  type Command,
  type Console,
  type Field,
  type Loggers,
  messageOf,
  type PbxControl,
  type Settings,
  timeOfDay,
} from '#core';

export interface SettingsParts {
  readonly pbx: PbxControl;
  readonly settings: Settings;
  readonly astdb: Pick<AstDb, 'get'>;
  readonly loggers: Loggers;
}

const ROW = '  %-28s %s';

const enabled = (value: boolean): string => (value ? 'Enabled' : 'Disabled');

export const settingsCommands = (parts: SettingsParts): Command[] => [
  {
    syntax: 'core show settings',
    summary: 'Show what is set for the whole process, and its directories',
    run({ console, out }) {
      out.line('\nPBX Core settings\n-----------------');
      out.fields(ROW, processFields(parts, console));
      out.line('\n* Directories\n  -------------');
      out.fields(ROW, directoryFields(parts.settings));
      out.line('\n');
    },
  },
];

function processFields({ pbx, settings, astdb, loggers }: SettingsParts, console: Console): Field[] {
  return [
    ['Version:', pbx.version, 'version'],
    ['Current console verbosity:', console.verbosity, 'verbosity'],
    ['Debug level:', loggers.debugLevel(), 'debug'],
    ['Startup time:', timeOfDay(pbx.startedAt), 'startup'],
    ['Last reload time:', timeOfDay(pbx.lastReloadAt), 'lastReload'],
    ['System:', `${type()} on ${machine()}, Node.js ${process.versions.node}`, 'system'],
    ['System name:', settings.systemname, 'systemname'],
    ['PBX UUID:', astdb.get('pbx', 'UUID'), 'uuid'],
    ['User name and group:', user(), 'user'],
    ['Running directory:', process.cwd(), 'directory'],
    ['Executable includes:', enabled(settings.execincludes), 'execincludes'],
    ['Shell on remote consoles:', enabled(false), 'remoteShell'],
  ];
}

/** Who runs the PBX; by number where no name is known, as in containers. */
function user(): string {
  try {
    const { username, gid } = userInfo();
    return `${username}/${gid}`;
  } catch (thrown) {
    return `${process.getuid?.()}/${process.getgid?.()} (${messageOf(thrown)})`;
  }
}

const directoryFields = ({ file, directories }: Settings): Field[] => [
  ['Configuration file:', file, 'file'],
  ['Configuration directory:', directories.astetcdir, 'astetcdir'],
  ['Module directory:', directories.astmoddir, 'astmoddir'],
  ['Spool directory:', directories.astspooldir, 'astspooldir'],
  ['Log directory:', directories.astlogdir, 'astlogdir'],
  ['Run/Sockets directory:', directories.astrundir, 'astrundir'],
  ['VarLib directory:', directories.astvarlibdir, 'astvarlibdir'],
  ['Data directory:', directories.astdatadir, 'astdatadir'],
  ['ASTDB:', join(directories.astdbdir, 'astdb.sqlite3'), 'astdb'],
  ['Cache directory:', directories.astcachedir, 'astcachedir'],
];
