/** The channels as consoles show them live: hung up by a key. */
import { type Channel, type Channels, formatParty, typed, type View } from '#core';
import { ageOf, clockTime, invocationOf, locationOf } from './values.js';

export const channelsView = (channels: Channels): View<Channel> => ({
  name: 'channels',
  title: 'Channels',
  key: 'F7',
  columns: [
    { title: 'Channel', key: 'channel', width: 24, value: ({ name }) => name },
    { title: 'State', key: 'state', width: 7, value: ({ state }) => state },
    { title: 'Duration', key: 'duration', width: 8, right: true, value: channel => clockTime(ageOf(channel)) },
    { title: 'Caller', key: 'caller', width: 14, value: ({ caller }) => formatParty(caller) },
    { title: 'Location', key: 'location', width: 16, value: locationOf },
    { title: 'Application', key: 'application', width: 16, grow: true, value: invocationOf },
    { title: 'With', key: 'with', width: 20, value: channel => channel.bridge?.other(channel)?.name },
  ],
  rows: () => channels.values(),
  id: ({ uniqueid }) => uniqueid,
  summary: () => `${channels.size} channels, ${channels.calls} calls`,
  detail: ({ name }) => `core show channel ${typed(name)}`,
  actions: [
    {
      key: 'h',
      label: 'hang up',
      confirm: ({ name }) => `Hang up ${name}?`,
      command: ({ name }) => `channel request hangup ${typed(name)}`,
    },
  ],
});
