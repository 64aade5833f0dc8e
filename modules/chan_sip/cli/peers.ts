/** `sip show peers`: one line for each device that can be called. */
import { type Cell, type Command, inSlices, isRestricted, type Sliced, sorted, type TableShape } from '#core';
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

/** In the order of strcmp. */
const byName = (a: Peer, b: Peer): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export const callable = (peer: Peer): boolean => peer.type !== 'user';

/** How many there are, and how many of them are where they can be called. */
class Count {
  #all = 0;
  readonly #watched = { online: 0, offline: 0 };
  readonly #others = { online: 0, offline: 0 };

  add({ monitored, online }: Peer): void {
    this.#all += 1;
    (monitored ? this.#watched : this.#others)[online ? 'online' : 'offline'] += 1;
  }

  get line(): string {
    const words = ({ online, offline }: { online: number; offline: number }) => `${online} online, ${offline} offline`;
    return `${this.#all} sip peers [Monitored: ${words(this.#watched)} Unmonitored: ${words(this.#others)}]`;
  }
}

/** The devices that are wanted, by name. */
export function* inOrder({ peers }: SipView, wanted: (peer: Peer) => boolean): Sliced<Peer[]> {
  return yield* sorted(yield* devicesOf(peers, wanted), byName);
}

/** The devices that are wanted, as they come. */
export function* devicesOf(peers: SipView['peers'], wanted: (peer: Peer) => boolean): Sliced<Peer[]> {
  const found: Peer[] = [];
  for (const peer of peers.values()) {
    if (wanted(peer)) found.push(peer);
    yield;
  }
  return found;
}

function* listOf(view: SipView, wanted: (name: string) => boolean): Sliced<{ rows: PeerRow[]; footer: string }> {
  const rows: PeerRow[] = [];
  const count = new Count();
  for (const peer of yield* inOrder(view, peer => callable(peer) && wanted(peer.name))) {
    count.add(peer);
    if (peer.others) {
      for (const binding of peer.bindings)
        rows.push({ peer, address: binding.address, status: contactStatus(peer, binding) });
    } else rows.push({ peer, address: peer.address, status: peer.status });
    yield;
  }
  return { rows, footer: count.line };
}

export const showPeers = (view: SipView): Command => ({
  syntax: 'sip show peers [like <pattern>]',
  summary: 'Devices that can be called: where they are and whether they answer',
  help: 'A device with several contacts has a line for each. With a pattern, a regular expression, those whose name it matches.',
  async run({ args, out }) {
    const { rows, footer } = await inSlices(listOf(view, patternOf(args['pattern'])), 1);
    out.table(shape(view.realtime.peers), rows);
    out.line(footer);
  },
});
