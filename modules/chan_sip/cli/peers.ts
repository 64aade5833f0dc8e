/** `sip show peers`: one line for each device that can be called. */
import type { Cell, Command, TableShape } from '#core';
import { isRestricted } from '#core';
import type { Peer } from '../user/peer.js';
import { contactStatus } from './contact-lines.js';
import { patternOf } from './pattern.js';
import type { SipView } from './view.js';

const LAYOUT = '%-25.25s %-39.39s %-3.3s %-10.10s %-10.10s %-3.3s %-8s %-11s %-32.32s %s';

/** A device, or one of its contacts where it has several. */
interface PeerRow {
  readonly peer: Peer;
  readonly address: Peer['address'];
  readonly status: string;
}

const COLUMNS: readonly [title: string, key: string, value: (row: PeerRow) => Cell][] = [
  ['Name/username', 'name', ({ peer }) => (peer.defaultuser ? `${peer.name}/${peer.defaultuser}` : peer.name)],
  ['Host', 'host', ({ address }) => address?.address ?? '(Unspecified)'],
  ['Dyn', 'dynamic', ({ peer }) => (peer.dynamic ? ' D ' : '   ')],
  ['Forcerport', 'forceRport', ({ peer }) => peer.forceRportWord],
  ['Comedia', 'comedia', ({ peer }) => peer.comediaWord],
  ['ACL', 'acl', ({ peer }) => (isRestricted(peer.get('acl')) ? ' A ' : '   ')],
  ['Port', 'port', ({ address }) => address?.port ?? 0],
  ['Status', 'status', ({ status }) => status],
  ['Description', 'description', ({ peer }) => peer.get('description')],
  ['Realtime', 'realtime', ({ peer }) => (peer.origin === 'realtime' ? 'Cached RT' : '')],
];

/** The last column has a title only where devices may come from a database. */
const shape = (realtime: boolean): TableShape<PeerRow> => ({
  layout: LAYOUT,
  columns: COLUMNS.map(([title, key, value]) => ({ title: key === 'realtime' && !realtime ? '' : title, key, value })),
});

function rowsOf(peer: Peer): PeerRow[] {
  if (!peer.others) return [{ peer, address: peer.address, status: peer.status }];
  return peer.bindings.map(binding => ({ peer, address: binding.address, status: contactStatus(peer, binding) }));
}

/** In the order of strcmp. */
export const byName = (a: Peer, b: Peer): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export const callable = (peer: Peer): boolean => peer.type !== 'user';

function footer(peers: readonly Peer[]): string {
  const count = (monitored: boolean, online: boolean) =>
    peers.filter(peer => peer.monitored === monitored && peer.online === online).length;
  const state = (monitored: boolean) => `${count(monitored, true)} online, ${count(monitored, false)} offline`;
  return `${peers.length} sip peers [Monitored: ${state(true)} Unmonitored: ${state(false)}]`;
}

export const showPeers = (view: SipView): Command => ({
  syntax: 'sip show peers [like <pattern>]',
  summary: 'Devices that can be called: where they are and whether they answer',
  help: 'A device with several contacts has a line for each. With a pattern, a regular expression, those whose name it matches.',
  run({ args, out }) {
    const matches = patternOf(args['pattern']);
    const peers = [...view.peers.values()].filter(peer => callable(peer) && matches(peer.name)).sort(byName);
    out.table(shape(view.realtime.peers), peers.flatMap(rowsOf));
    out.line(footer(peers));
  },
});
