/** What consoles show live of chan_sip: its devices and its registrations with others. */
import { typed, type View } from '#core';
import { formatEndpoint } from '../transport/transport.js';
import type { Peer } from '../user/peer.js';
import { callable } from './peers.js';
import type { SipView } from './view.js';

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

export const registryView = (view: SipView): View<string> => ({
  name: 'registry',
  title: 'Registry',
  key: 'F4',
  columns: [{ title: 'Registration', key: 'registration', width: 20, grow: true, value: line => line }],
  rows: () => view.registrations(),
  id: line => line,
});
