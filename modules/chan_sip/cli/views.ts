/** What consoles show live of chan_sip: its devices and its registrations with others. */
import { compileDate, typed, type View } from '#core';
import { hostPort } from '../message/uri.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Peer } from '../user/peer.js';
import { callable } from './peers.js';
import type { RegistryRow, SipView } from './view.js';

const { print } = compileDate('%F %T');

export const peersView = (view: SipView): View<Peer> => ({
  name: 'peers',
  title: 'Peers',
  key: 'F3',
  columns: [
    { title: 'Name', key: 'name', width: 16, value: ({ name }) => name },
    { title: 'Address', key: 'address', width: 21, value: ({ address }) => address && formatEndpoint(address) },
    { title: 'Status', key: 'status', width: 12, value: ({ status }) => status },
    { title: 'Description', key: 'description', width: 12, grow: true, value: peer => peer.get('description') },
    { title: 'From', key: 'origin', width: 8, value: ({ origin }) => origin },
  ],
  rows: () => [...view.peers.values()].filter(callable),
  id: ({ name }) => name,
  summary() {
    const peers = [...view.peers.values()].filter(callable);
    const online = peers.filter(peer => peer.online).length;
    return `${online} online, ${peers.length - online} offline`;
  },
  detail: ({ name }) => `sip show peer ${typed(name)}`,
  actions: [
    { key: 'q', label: 'qualify', command: ({ name }) => `sip qualify peer ${typed(name)}` },
    {
      key: 'u',
      label: 'unregister',
      confirm: ({ name, address }) =>
        `End the registration of ${name}${address ? ` at ${formatEndpoint(address)}` : ''}?`,
      command: ({ name }) => `sip unregister ${typed(name)}`,
    },
  ],
});

export const registryView = (view: SipView): View<RegistryRow> => ({
  name: 'registry',
  title: 'Registry',
  key: 'F4',
  columns: [
    { title: 'Host', key: 'host', width: 20, grow: true, value: ({ terms }) => hostPort(terms.host, terms.port) },
    { title: 'Username', key: 'username', width: 12, value: ({ terms }) => terms.username },
    { title: 'State', key: 'state', width: 16, value: ({ text }) => text },
    { title: 'Refresh', key: 'refresh', width: 7, right: true, value: ({ refresh }) => refresh },
    { title: 'Registered', key: 'registered', width: 19, value: ({ registeredAt: at }) => at && print(at) },
  ],
  rows: () => view.registrations(),
  id: ({ terms }) => terms.shown,
  summary() {
    const rows = [...view.registrations()];
    return `${rows.filter(({ text }) => text === 'Registered').length} of ${rows.length} registered`;
  },
});
