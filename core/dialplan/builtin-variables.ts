/** Variables that are there without being set: of every channel, and of the system. */
import type { Channel } from '../channel/channel.js';
import { presentationNumber } from '../channel/party.js';
import type { Clock } from '../clock.js';
import type { Settings } from '../settings.js';

/** By name; undefined where it has no value, and nothing else of that name counts. */
export type Builtins<S> = ReadonlyMap<string, (subject: S) => string | undefined>;

/** Which a channel has; `hint` says what devices an extension stands for. */
export const channelBuiltins = (hint: (channel: Channel) => string | undefined): Builtins<Channel> =>
  new Map<string, (channel: Channel) => string | undefined>([
    ['EXTEN', ({ position }) => position.extension],
    ['CONTEXT', ({ position }) => position.context],
    ['PRIORITY', ({ position }) => String(position.priority)],
    ['CHANNEL', ({ name }) => name],
    ['UNIQUEID', ({ uniqueid }) => uniqueid],
    ['HANGUPCAUSE', ({ hangupCause }) => String(hangupCause)],
    ['HINT', hint],
    ['CALLINGPRES', ({ caller }) => String(presentationNumber(caller.presentation))],
    // Of ISDN; nothing that is here tells them.
    ['CALLINGANI2', () => '0'],
    ['CALLINGTON', () => '0'],
    ['CALLINGTNS', () => '0'],
  ]);

/** Which the system has. */
export function systemBuiltins(settings: Settings): Builtins<Clock> {
  const { directories, systemname, entityid } = settings;
  const constants = Object.entries({
    SYSTEMNAME: systemname,
    ENTITYID: entityid,
    ASTCACHEDIR: directories.astcachedir,
    ASTETCDIR: directories.astetcdir,
    ASTMODDIR: directories.astmoddir,
    ASTVARLIBDIR: directories.astvarlibdir,
    ASTDBDIR: directories.astdbdir,
    ASTKEYDIR: directories.astkeydir,
    ASTDATADIR: directories.astdatadir,
    ASTAGIDIR: directories.astagidir,
    ASTSPOOLDIR: directories.astspooldir,
    ASTRUNDIR: directories.astrundir,
    ASTLOGDIR: directories.astlogdir,
  }).map(([name, value]): [string, () => string] => [name, () => value]);
  return new Map<string, (clock: Clock) => string>([
    ['EPOCH', clock => String(Math.floor(clock.now() / 1000))],
    ...constants,
  ]);
}
