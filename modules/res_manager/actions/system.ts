/** The actions that concern the PBX as a whole: its command line, its age and its settings, its modules and its log. */
import {
  type Actions,
  type Channels,
  type Cli,
  type Clock,
  type Console,
  type Core,
  compileDate,
  eventFields,
  LoadDeclined,
  LoadError,
  type Loader,
  type Loggers,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type PbxControl,
  type ReloadOutcome,
  type Settings,
} from '#core';
import { privilegeText } from '../format.js';

/** What clients know the interface as. */
export const VERSION = '9.0.0';

export interface SystemActionParts {
  readonly core: Pick<Core, 'emit'>;
  readonly clock: Clock;
  readonly cli: Cli;
  readonly actions: Actions;
  readonly pbx: PbxControl;
  readonly channels: Channels;
  readonly loader: Loader;
  readonly loggers: Loggers;
  readonly settings: Settings;
  /** What there is, for CoreSettings. */
  has(): { readonly realtime: boolean; readonly http: boolean; readonly cdr: boolean };
}

const DATE = compileDate('%Y-%m-%d');
const TIME = compileDate('%H:%M:%S');

const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');

/** Text of the command line as a client is given it, without colours. */
const plainLines = (text: string): string[] => {
  const lines = text.replaceAll(/\x1b\[[\d;]*m/g, '').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

async function command({ cli }: SystemActionParts, call: ManagerCall): Promise<void> {
  const line = call.get('Command');
  if (line === '') throw new ManagerError('No command provided');
  const console: Console = { kind: 'manager', width: undefined, verbosity: 0, muted: true };
  let text = '';
  const outcome = await cli.run(line, console, part => {
    text += part;
  });
  call.reply(
    [['Message', 'Command output follows'], ...plainLines(text).map(output => ['Output', output] as const)],
    outcome === 'done' ? 'Success' : 'Error',
  );
}

const answerOf: Readonly<Record<ReloadOutcome['result'], string>> = {
  success: 'Module Reloaded',
  'not found': 'No such module',
  'not running': 'Module not initialized',
  unsupported: 'Module does not support reload',
  error: 'An unknown error occurred',
  'in progress': 'A reload is in progress',
};

async function reload({ pbx, loader }: SystemActionParts, call: ManagerCall): Promise<void> {
  const name = call.get('Module');
  const { result, why } = await (name === '' ? pbx.reload('manager') : loader.reload(name, 'manager'));
  if (result !== 'success') throw new ManagerError(why ?? answerOf[result]);
  call.reply([['Message', answerOf.success]]);
}

const moduleVerbs: Readonly<Record<string, (parts: SystemActionParts, name: string) => Promise<string>>> = {
  async load({ loader }, name) {
    if (name === '') throw new ManagerError('Need module name');
    await loader.load(name);
    return 'Module loaded.';
  },
  async unload({ loader }, name) {
    if (name === '') throw new ManagerError('Need module name');
    await loader.unload(name);
    return 'Module unloaded.';
  },
  async reload({ loader, pbx }, name) {
    const { result, why } = await (name === '' ? pbx.reload('manager') : loader.reload(name, 'manager'));
    if (result !== 'success') throw new ManagerError(why ?? answerOf[result]);
    return 'Module reloaded.';
  },
};

async function moduleLoad(parts: SystemActionParts, call: ManagerCall): Promise<void> {
  const type = call.get('LoadType').toLowerCase();
  if (type === '') throw new ManagerError('Incomplete ModuleLoad action.');
  const verb = Object.hasOwn(moduleVerbs, type) ? moduleVerbs[type] : undefined;
  if (!verb) throw new ManagerError('Completely unknown module load action.');
  try {
    call.reply([['Message', await verb(parts, call.get('Module'))]]);
  } catch (thrown) {
    if (!(thrown instanceof LoadError || thrown instanceof LoadDeclined)) throw thrown;
    throw new ManagerError(`Could not ${type} module: ${thrown.message}`);
  }
}

function moduleCheck({ loader }: SystemActionParts, call: ManagerCall): void {
  const name = call.get('Module');
  const known = loader.resolve(name);
  if (known === undefined || !loader.running().includes(known)) throw new ManagerError('Module not loaded');
  call.reply([['Version', '']]);
}

function coreStatus({ pbx, channels }: SystemActionParts, call: ManagerCall): void {
  const { startedAt, lastReloadAt } = pbx;
  call.reply([
    ['CoreStartupDate', DATE.print(startedAt)],
    ['CoreStartupTime', TIME.print(startedAt)],
    ['CoreReloadDate', DATE.print(lastReloadAt)],
    ['CoreReloadTime', TIME.print(lastReloadAt)],
    ['CoreCurrentCalls', channels.calls],
    ['CoreProcessedCalls', channels.processed],
  ]);
}

function coreSettings({ pbx, settings, has }: SystemActionParts, call: ManagerCall): void {
  const { realtime, http, cdr } = has();
  call.reply([
    ['AMIversion', VERSION],
    ['AsteriskVersion', `Obelisk ${pbx.version}`],
    ['SystemName', settings.systemname],
    ['CoreMaxCalls', settings.maxcalls],
    ['CoreMaxLoadAvg', Number(settings.maxload || 0).toFixed(6)],
    ['CoreRunUser', settings.runuser],
    ['CoreRunGroup', settings.rungroup],
    ['CoreMaxFilehandles', settings.maxfiles],
    ['CoreRealTimeEnabled', yesNo(realtime)],
    ['CoreCDRenabled', yesNo(cdr)],
    ['CoreHTTPenabled', yesNo(http)],
    ['SoundsSearchCustomDir', yesNo(settings.sounds_search_custom_dir)],
  ]);
}

/** Characters of an event that a client tells: everybody's filters look through all of them. */
const LONGEST_USER_EVENT = 16 * 1024;

/** What of the request is no part of the event: for whoever takes the last of a name it would be another. */
const isTold = (header: string): boolean => header !== 'action' && !eventFields.has(header);

function userEvent({ core }: SystemActionParts, call: ManagerCall): void {
  const name = call.get('UserEvent');
  const fields = call.headers.filter(([header]) => isTold(header.toLowerCase()));
  const length = fields.reduce((sum, [header, value]) => sum + header.length + value.length, name.length);
  if (length > LONGEST_USER_EVENT) throw new ManagerError(`An event may have ${LONGEST_USER_EVENT} characters`);
  core.emit('managerEvent', { event: 'UserEvent', privileges: ['user'], fields: [['UserEvent', name], ...fields] });
  call.reply([['Message', 'Event Sent']]);
}

async function rotate({ loggers }: SystemActionParts, call: ManagerCall): Promise<void> {
  await loggers.rotate();
  call.reply([['Message', 'Reloaded the logger and rotated log files']]);
}

const MODULE = { name: 'Module', help: 'Its name, with .so or without' };

export const systemActions = (parts: SystemActionParts): ManagerAction[] => [
  {
    name: 'Ping',
    privileges: [],
    summary: 'Ask whether the interface answers',
    run: call =>
      call.reply([
        ['Ping', 'Pong'],
        ['Timestamp', (parts.clock.now() / 1000).toFixed(6)],
      ]),
  },
  {
    name: 'Command',
    privileges: ['command'],
    summary: 'Run a line of the command line',
    arguments: [{ name: 'Command', help: 'The line', required: true }],
    run: call => command(parts, call),
  },
  {
    name: 'ListCommands',
    privileges: [],
    summary: 'List the actions that the user may run',
    run(call) {
      const may = parts.actions
        .all()
        .filter(({ action: { privileges } }) => privileges.length === 0 || privileges.some(name => call.may(name)));
      call.reply(
        may.map(({ action: { name, summary, privileges } }) => [
          name,
          `${summary}  (Priv: ${privilegeText(privileges)})`,
        ]),
      );
    },
  },
  {
    name: 'CoreStatus',
    privileges: ['system', 'reporting'],
    summary: 'Since when the PBX runs, and how many calls there are',
    run: call => coreStatus(parts, call),
  },
  {
    name: 'CoreSettings',
    privileges: ['system', 'reporting'],
    summary: 'Settings of the PBX as a whole',
    run: call => coreSettings(parts, call),
  },
  {
    name: 'Reload',
    privileges: ['config', 'system'],
    summary: 'Let a module, or everything, read its configuration again',
    arguments: [MODULE],
    run: call => reload(parts, call),
  },
  {
    name: 'ModuleLoad',
    privileges: ['system'],
    summary: 'Load, unload or reload a module',
    arguments: [MODULE, { name: 'LoadType', help: 'load, unload or reload', required: true }],
    run: call => moduleLoad(parts, call),
  },
  {
    name: 'ModuleCheck',
    privileges: ['system'],
    summary: 'Ask whether a module runs',
    arguments: [{ ...MODULE, required: true }],
    run: call => moduleCheck(parts, call),
  },
  {
    name: 'UserEvent',
    privileges: ['user'],
    summary: 'Tell an event of your own',
    arguments: [
      { name: 'UserEvent', help: 'What it is called', required: true },
      { name: 'Header', help: 'Any other headers are told with it', repeats: true },
    ],
    run: call => userEvent(parts, call),
  },
  {
    name: 'LoggerRotate',
    privileges: ['system', 'reporting'],
    summary: 'Begin new log files',
    run: call => rotate(parts, call),
  },
];
