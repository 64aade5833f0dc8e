/** What calls are made of: channels, tones, and what modules bring to the dialplan. */
import { type ChannelsParts, ChannelTable } from './channel/channels.js';
import { ToneZoneTable } from './channel/tone-zones.js';
import type { Application, DialplanFunction, DialplanSwitch } from './dialplan/application.js';
import { OwnedTable } from './dialplan/owned-table.js';
import type { Core } from './module.js';

export interface Calls {
  readonly channels: ChannelTable;
  readonly tones: ToneZoneTable;
  readonly applications: OwnedTable<Application>;
  readonly functions: OwnedTable<DialplanFunction>;
  readonly switches: OwnedTable<DialplanSwitch>;
}

export const openCalls = (parts: ChannelsParts): Calls => ({
  channels: new ChannelTable(parts),
  tones: new ToneZoneTable(),
  applications: new OwnedTable('application', false),
  functions: new OwnedTable('function', true),
  switches: new OwnedTable('switch', false),
});

type Verbs = Pick<
  Core,
  'technology' | 'deviceStates' | 'application' | 'dialplanFunction' | 'dialplanSwitch' | 'usedBy'
>;

/** What a module brings to calls. `take` remembers what gives it back. */
export function verbsOf(calls: Calls, owner: string, take: (label: string, open: () => () => void) => void): Verbs {
  const each =
    <T extends { readonly name: string }>(kind: string, table: OwnedTable<T>) =>
    (...entries: T[]): void => {
      for (const entry of entries) take(`${kind} ${entry.name}`, () => table.add(owner, entry));
    };
  return {
    technology: technology =>
      take(`technology ${technology.type}`, () => calls.channels.addTechnology(owner, technology)),
    deviceStates: (prefix, provider) =>
      take(`device states ${prefix}`, () => calls.channels.addStates(prefix, provider)),
    application: each('application', calls.applications),
    dialplanFunction: each('function', calls.functions),
    dialplanSwitch: each('switch', calls.switches),
    usedBy: channel => calls.channels.uses.begin(owner, channel),
  };
}
