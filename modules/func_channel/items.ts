/** The items of CHANNEL() that every channel has. */
import { type Channel, fullSubroutine } from '#core';

interface Item {
  read(channel: Channel): string;
  /** @returns whether it can have this value */
  write?(channel: Channel, value: string): boolean;
}

/** Sets what can be anything. */
function set<K extends keyof Channel>(channel: Channel, key: K, value: Channel[K]): true {
  channel[key] = value;
  return true;
}

/** An item that is a text of the channel. */
const text = (key: 'language' | 'musicclass' | 'tonezone' | 'userfield' | 'callgroup' | 'pickupgroup'): Item => ({
  read: channel => channel[key],
  write: (channel, value) => set(channel, key, value),
});

function changeAccount(channel: Channel, value: string): true {
  channel.changeAccount(value);
  return true;
}

/** Subroutines that run at the end: some go, one comes. */
const handlers = (change: (list: string[]) => void): Item => ({
  read: () => '',
  write(channel, value) {
    change(channel.hangupHandlers);
    if (value !== '') channel.hangupHandlers.push(fullSubroutine(value, channel.position));
    return true;
  },
});

const AMA = ['OMIT', 'BILLING', 'DOCUMENTATION'];

const seconds = (ms: number | undefined): string => (ms === undefined ? '0' : String(Math.ceil(ms / 1000)));

export const ITEMS: Readonly<Record<string, Item>> = {
  accountcode: { read: channel => channel.accountcode, write: changeAccount },
  peeraccount: {
    read: channel => channel.peeraccount,
    write: (channel, value) => set(channel, 'peeraccount', value),
  },
  amaflags: {
    read: channel => String(AMA.indexOf(channel.amaflags) + 1),
    write(channel, value) {
      const flags = /^[1-3]$/.test(value) ? AMA[Number(value) - 1] : AMA.find(one => one === value.toUpperCase());
      if (!flags) return false;
      return set(channel, 'amaflags', flags);
    },
  },
  audionativeformat: { read: channel => channel.leg.formats.join('|') },
  audioreadformat: { read: channel => channel.leg.formats[0] ?? '' },
  audiowriteformat: { read: channel => channel.leg.formats[0] ?? '' },
  callgroup: text('callgroup'),
  pickupgroup: text('pickupgroup'),
  channeltype: { read: channel => channel.technology.type },
  context: { read: channel => channel.position.context },
  exten: { read: channel => channel.position.extension },
  appname: { read: channel => channel.running?.application ?? '' },
  appdata: { read: channel => channel.running?.data ?? '' },
  name: { read: channel => channel.name },
  uniqueid: { read: channel => channel.uniqueid },
  linkedid: { read: channel => channel.linkedid },
  state: { read: channel => channel.state },
  language: text('language'),
  musicclass: text('musicclass'),
  tonezone: text('tonezone'),
  userfield: text('userfield'),
  hangupsource: {
    read: channel => channel.hangupSource,
    write: (channel, value) => set(channel, 'hangupSource', value),
  },
  timetohangup: { read: channel => seconds(channel.absoluteTimeout) },
  hangup_handler_push: handlers(() => undefined),
  hangup_handler_pop: handlers(list => void list.pop()),
  hangup_handler_wipe: handlers(list => void list.splice(0)),
};
