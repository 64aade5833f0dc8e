/** The `manager ...` commands. */
import {
  type Command,
  CommandError,
  isRestricted,
  type Loader,
  type ManagerAction,
  type OwnedAction,
  type Privilege,
  type TableShape,
} from '#core';
import { classText, privilegeText } from '../format.js';
import type { Wanted } from '../read.js';
import type { ManagerServer } from '../server.js';
import type { Session } from '../session.js';
import { EVENTS } from '../told.js';

export interface CommandParts {
  readonly server: ManagerServer;
  readonly loader: Pick<Loader, 'reload'>;
  /** The module's own name. */
  readonly name: string;
  now(): number;
}

const word = (value: boolean): string => (value ? 'Yes' : 'No');

const connected = (now: () => number): TableShape<Session> => ({
  layout: '  %-15.15s  %-55.55s  %-10.10s  %-10.10s  %-8.8s  %-8.8s  %-10.10s  %-10.10s',
  columns: [
    { title: 'Username', key: 'username', value: ({ user }) => user?.name ?? '' },
    { title: 'IP Address', key: 'address', value: ({ remote }) => remote.address },
    { title: 'Start', key: 'start', value: ({ since }) => Math.floor(since / 1000) },
    { title: 'Elapsed', key: 'elapsed', value: ({ since }) => Math.max(0, Math.floor((now() - since) / 1000)) },
    { title: 'FileDes', key: 'session', value: ({ number }) => number },
    { title: 'HttpCnt', key: 'requests', value: ({ requests }) => requests },
    { title: 'ReadPerms', key: 'read', value: ({ user }) => bits(user?.read) },
    { title: 'WritePerms', key: 'write', value: ({ user }) => bits(user?.write) },
  ],
});

/** As wide as the highest class. */
const bits = (classes = 0): string => String(classes).padStart(10, '0');

/** The first column is as wide as the longest name. */
const commandTable = (actions: readonly OwnedAction[]): TableShape<OwnedAction> => ({
  layout: `  %-${Math.max(...actions.map(({ action }) => action.name.length))}s  %s`,
  rule: true,
  columns: [
    { title: 'Action', key: 'action', value: ({ action }) => action.name },
    { title: 'Synopsis', key: 'synopsis', value: ({ action }) => action.summary },
  ],
});

const EVENT_TABLE: TableShape<(typeof EVENTS)[number]> = {
  layout: '  %-20.20s  %-15.15s  %s',
  rule: true,
  columns: [
    { title: 'Event', key: 'event', value: ([event]) => event },
    { title: 'Classes', key: 'classes', value: ([, privileges]) => privilegeText(privileges as Privilege[]) },
    { title: 'When', key: 'when', value: ([, , when]) => when },
  ],
};

const showConnected = ({ server, now }: CommandParts): Command => ({
  syntax: 'manager show connected',
  summary: 'Show who is logged in to the manager interface',
  run({ out }) {
    const sessions = server.sessions();
    out.table(connected(now), sessions);
    out.line(`${sessions.length} users connected.`);
    const { lobby } = server;
    if (lobby.size + lobby.turnedAway > 0) {
      out.line(`${lobby.size} clients have not logged in; ${lobby.turnedAway} were turned away for being too many.`);
    }
  },
});

const showUsers = ({ server }: CommandParts): Command => ({
  syntax: 'manager show users',
  summary: 'Show who may log in to the manager interface',
  run({ out }) {
    out.line('\nusername\n--------');
    for (const name of server.users.keys()) out.line(name);
    out.line(`-------------------\n${server.users.size} manager users configured.`);
  },
});

const showUser = ({ server }: CommandParts): Command => ({
  syntax: 'manager show user <name>',
  summary: 'Show what a user of the manager interface may',
  complete: { name: () => server.users.keys() },
  run({ args, out }) {
    const user = server.users.get(args['name']!);
    if (!user) throw new CommandError(`There is no manager user called ${args['name']}`);
    out.line();
    out.fields('%18s: %s', [
      ['username', user.name, 'username'],
      ['secret', user.secret === '' ? '<Not set>' : '<Set>', 'secret'],
      ['ACL', word(isRestricted(user.acl)).toLowerCase(), 'acl'],
      ['read perm', classText(user.read), 'read'],
      ['write perm', classText(user.write), 'write'],
      ['displayconnects', word(user.displayconnects).toLowerCase(), 'displayconnects'],
      ['allowmultiplelogin', word(user.allowmultiplelogin).toLowerCase(), 'allowmultiplelogin'],
      ['Variables', '', 'variables'],
      ...user.variables.map(variable => ['', variable, 'variable'] as const),
      ['writetimeout', `${user.writetimeout} ms`, 'writetimeout'],
      ...user.filters.map(({ text }) => ['eventfilter', text, 'eventfilter'] as const),
    ]);
  },
});

const showCommands = ({ server }: CommandParts): Command => ({
  syntax: 'manager show commands',
  summary: 'Show the actions of the manager interface',
  run: ({ out }) => out.table(commandTable(server.actions.all()), server.actions.all()),
});

function* describe({ name, summary, help, privileges, arguments: given = [] }: ManagerAction): Generator<string> {
  yield `[Syntax]\nAction: ${name}\n[ActionID:] <value>`;
  for (const { name: argument, required } of given) yield required ? `${argument}: <value>` : `[${argument}:] <value>`;
  yield `\n[Synopsis]\n${summary}`;
  if (help !== undefined) yield `\n[Description]\n${help}`;
  if (given.length > 0) yield '\n[Arguments]';
  for (const argument of given)
    yield `${argument.name}\n    ${argument.help}${argument.repeats ? ' (may be repeated)' : ''}`;
  yield `\n[Privilege]\n${privilegeText(privileges)}`;
}

const showCommand = ({ server }: CommandParts): Command => ({
  syntax: 'manager show command <action>',
  summary: 'Show what an action of the manager interface does',
  complete: { action: () => server.actions.all().map(({ action }) => action.name) },
  run({ args, out }) {
    const found = server.actions.find(args['action']!);
    if (!found) throw new CommandError(`No such action '${args['action']}'`);
    for (const line of describe(found.action)) out.line(line);
  },
});

const showEvents = (): Command => ({
  syntax: 'manager show events',
  summary: 'Show what the manager interface tells',
  help: 'Security events beside these, of the class security.',
  run: ({ out }) => out.table(EVENT_TABLE, EVENTS),
});

const showEvent = (): Command => ({
  syntax: 'manager show event <event>',
  summary: 'Show when an event of the manager interface is told, and to whom',
  complete: { event: () => EVENTS.map(([event]) => event) },
  run({ args, out }) {
    const wanted = args['event']!.toLowerCase();
    const found = EVENTS.find(([event]) => event.toLowerCase() === wanted);
    if (!found) throw new CommandError(`No such event '${args['event']}'`);
    const [event, privileges, when] = found;
    out.line(`Event: ${event}\n\n[Synopsis]\n${when}\n\n[Privilege]\n${privilegeText(privileges)}`);
  },
});

const kick = ({ server }: CommandParts): Command => ({
  syntax: 'manager kick session <number>',
  summary: 'End a session of the manager interface',
  help: 'Its number is what the column FileDes of manager show connected says.',
  complete: { number: () => server.sessions().map(({ number }) => String(number)) },
  run({ args, out }) {
    const session = server.sessions().find(({ number }) => String(number) === args['number']);
    if (!session) throw new CommandError(`There is no manager session ${args['number']}`);
    server.dismiss(session);
    out.line(`Manager session ${args['number']} of '${session.user?.name}' is ended`);
  },
});

const where = (bound: Wanted | undefined): string =>
  bound ? `${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}` : '-';

const showSettings = ({ server }: CommandParts): Command => ({
  syntax: 'manager show settings',
  summary: 'Show the settings of the manager interface',
  run({ out }) {
    const { general } = server;
    const bound = server.bound();
    out.line('\nGlobal Settings:\n----------------');
    out.fields('  %-25.25s  %s', [
      ['Manager (AMI):', word(general.enabled), 'enabled'],
      ['Web Manager (AMI/HTTP):', word(general.webenabled), 'webenabled'],
      ['TCP Bindaddress:', where(bound.find(({ secure }) => !secure)), 'bindaddr'],
      ['HTTP Timeout (seconds):', general.httptimeout, 'httptimeout'],
      ['TLS Enable:', word(general.tlsenable), 'tlsenable'],
      ['TLS Bindaddress:', where(bound.find(({ secure }) => secure)), 'tlsbindaddr'],
      ['TLS Certfile:', general.tlscertfile.join(','), 'tlscertfile'],
      ['TLS Privatekey:', general.tlsprivatekey.join(','), 'tlsprivatekey'],
      ['TLS Cipher:', general.tlscipher, 'tlscipher'],
      ['Allow multiple login:', word(general.allowmultiplelogin), 'allowmultiplelogin'],
      ['Display connects:', word(general.displayconnects), 'displayconnects'],
      ['Timestamp events:', word(general.timestampevents), 'timestampevents'],
      ['Channel vars:', general.channelvars.join(','), 'channelvars'],
      ['Disabled events:', general.disabledevents.join(','), 'disabledevents'],
      ['Debug:', word(server.debug), 'debug'],
      ['Login timeout (seconds):', general.authtimeout, 'authtimeout'],
      ['Login limit:', general.authlimit, 'authlimit'],
    ]);
  },
});

const setDebug = ({ server }: CommandParts): Command => ({
  syntax: 'manager set debug [on|off]',
  summary: 'Let events carry a sequence number, or not',
  run({ chosen, out }) {
    if (chosen.size > 0) server.debug = chosen.has('on');
    out.line(`manager debug is ${server.debug ? 'on' : 'off'}`);
  },
});

const reload = ({ loader, name }: CommandParts): Command => ({
  syntax: 'manager reload',
  summary: 'Read manager.conf again',
  help: 'When the file has errors the old values stay, and every error is told.',
  async run() {
    const { result, why = `the reload ended with: ${result}` } = await loader.reload(name, 'cli');
    if (result !== 'success') throw new CommandError(why, true);
  },
});

export const commands = (parts: CommandParts): Command[] => [
  ...[showConnected, showUsers, showUser, showCommands, showCommand, showSettings].map(make => make(parts)),
  showEvents(),
  showEvent(),
  kick(parts),
  setDebug(parts),
  reload(parts),
];
