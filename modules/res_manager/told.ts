/** Facts as events: the name, the classes and the fields of each, in the recorded order. The table below is the only list of them. */
import {
  type Core,
  type Event,
  type Fact,
  type ManagerField,
  type Privilege,
  type SecurityEvent,
  securityFields,
} from '#core';
import type { ChannelBlock } from './channel-fields.js';
import { CALL_EVENTS, CALL_TRANSLATORS } from './told-calls.js';

/** Says that something happened; `fields` are asked for when somebody hears it. */
export type Publish = (event: string, privileges: readonly Privilege[], fields: () => readonly ManagerField[]) => void;

/** What cannot be said has no field. */
const present = (fields: readonly (readonly [string, string | number | undefined])[]): ManagerField[] =>
  fields.filter((field): field is ManagerField => field[1] !== undefined);

const SYSTEM: readonly Privilege[] = ['system'];
const SECURITY: readonly Privilege[] = ['security'];

/** As the original counts the results of a reload. */
const RELOADED = { Success: 0, Failure: 3 } as const;

interface Surroundings {
  readonly publish: Publish;
  /** Whether anybody could hear of it. */
  heard(): boolean;
  readonly block: ChannelBlock;
  now(): number;
  /** What FullyBooted carries. */
  booted(): readonly ManagerField[];
}

type Translator<E extends Event> = (fact: Fact<E>, around: Surroundings) => void;

/** A module as its files are called elsewhere. */
const moduleFile = (name: string): string => `${name}.so`;

export type Translators = { readonly [E in Event]?: Translator<E> };

const TRANSLATORS: Translators = {
  ...CALL_TRANSLATORS,
  peerStatus: ({ technology, peer, status, cause, address, port, time }, { publish }) =>
    publish('PeerStatus', SYSTEM, () =>
      present([
        ['ChannelType', technology],
        ['Peer', `${technology}/${peer}`],
        ['PeerStatus', status],
        ['Cause', cause],
        ['Address', address],
        ['Port', port],
        ['Time', time],
      ]),
    ),
  registryStatus: ({ technology, username, domain, status }, { publish }) =>
    publish('Registry', SYSTEM, () => [
      ['ChannelType', technology],
      ['Username', username],
      ['Domain', domain],
      ['Status', status],
    ]),
  moduleLoaded: ({ module, status }, { publish }) =>
    publish('Load', SYSTEM, () => [
      ['Module', moduleFile(module)],
      ['Status', status],
    ]),
  moduleUnloaded: ({ module, status }, { publish }) =>
    publish('Unload', SYSTEM, () => [
      ['Module', moduleFile(module)],
      ['Status', status],
    ]),
  moduleReloaded: ({ module, status }, { publish }) =>
    publish('Reload', SYSTEM, () => [
      ['Module', moduleFile(module)],
      ['Status', RELOADED[status]],
    ]),
  fullyBooted: (_fact, { publish, booted }) => publish('FullyBooted', SYSTEM, booted),
  shutdown: ({ cleanly, restart }, { publish }) =>
    publish('Shutdown', SYSTEM, () => [
      ['Shutdown', cleanly ? 'Cleanly' : 'Uncleanly'],
      ['Restart', restart ? 'True' : 'False'],
    ]),
  security: (event: SecurityEvent, { publish, now }) =>
    publish(event.kind, SECURITY, () => securityFields(event, now()).slice(1)),
  managerEvent: ({ event, privileges, fields, channel }, { publish, block }) =>
    publish(event, privileges, () => [
      ...(channel ? block(channel) : []),
      ...(typeof fields === 'function' ? fields() : fields),
    ]),
};

/** What clients are told of: for help, by the name of the event. */
export const EVENTS: readonly (readonly [event: string, privileges: readonly Privilege[], what: string])[] = [
  ...CALL_EVENTS,
  ['FullyBooted', SYSTEM, 'Every module of the start is up'],
  ['Load', SYSTEM, 'A module was loaded'],
  ['PeerStatus', SYSTEM, 'A device registered, went, was refused, or is differently reachable'],
  ['Registry', SYSTEM, 'A registration of ours with another server changed'],
  ['Reload', SYSTEM, 'A module read its configuration again'],
  ['SIPQualifyPeerDone', ['call'], 'A device is asked whether it is there, because a client wanted it'],
  ['Shutdown', SYSTEM, 'The PBX ends'],
  ['Unload', SYSTEM, 'A module was unloaded'],
  ['UserEvent', ['user'], 'A client or the dialplan sent it'],
  ['AddressBanned', ['security'], 'Nobody listens to an address any more, for so many seconds'],
  ['AddressUnbanned', ['security'], 'An address is listened to again'],
];

export function tellFacts(core: Core, around: Surroundings): void {
  for (const event of Object.keys(TRANSLATORS) as Event[]) {
    const translate = TRANSLATORS[event] as Translator<Event>;
    core.on(event, fact => {
      if (around.heard()) translate(fact, around);
    });
  }
}
