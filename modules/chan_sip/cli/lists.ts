/** `sip show channels`, `tcp`, `domains`, `objects` and `sched`: what the stack holds. */
import { type Command, inSlices, type Output, type TableShape } from '#core';
import { type ConnectionRow, formatEndpoint } from '../transport/transport.js';
import type { Peer } from '../user/peer.js';
import type { DialogRow, DomainRow, SipView } from './view.js';

const CHANNELS: TableShape<DialogRow> = {
  layout: '%-15.15s  %-15.15s  %-15.15s  %-15.15s  %-7.7s  %-15.15s %-10.10s %-10.10s',
  columns: [
    { title: 'Peer', key: 'address', value: row => row.address },
    { title: 'User/ANR', key: 'user', value: row => row.user || '(None)' },
    { title: 'Call ID', key: 'callId', value: row => row.callId },
    { title: 'Format', key: 'format', value: row => `(${row.format || 'nothing'})` },
    { title: 'Hold', key: 'hold', value: row => `${row.hold ? 'Yes' : 'No '} ${row.ending ? '(d)' : '   '}` },
    { title: 'Last Message', key: 'lastMessage', value: row => row.lastMessage },
    { title: 'Expiry', key: 'transfer', value: row => row.transfer },
    { title: 'Peer', key: 'device', value: row => row.device || '<guest>' },
  ],
};

const CONNECTIONS: TableShape<ConnectionRow> = {
  layout: '%-47.47s %-9.9s %-6.6s',
  heading: '%-47.47s %9.9s %6.6s',
  columns: [
    { title: 'Address', key: 'address', value: row => formatEndpoint(row.remote) },
    { title: 'Transport', key: 'transport', value: row => row.protocol.toUpperCase() },
    { title: 'Type', key: 'type', value: row => (row.ours ? 'Client' : 'Server') },
  ],
};

const DOMAINS: TableShape<DomainRow> = {
  layout: '%-40.40s %-20.20s %-16.16s',
  columns: [
    { title: 'Our local SIP domains:', key: 'domain', value: row => row.name },
    { title: 'Context', key: 'context', value: row => row.context || '(default)' },
    { title: 'Set by', key: 'source', value: row => `[${row.source}]` },
  ],
};

const showChannels = (view: SipView): Command => ({
  syntax: 'sip show channels',
  summary: 'Dialogs that are under way',
  run({ out }) {
    const rows = [...view.dialogs()];
    out.table(CHANNELS, rows);
    out.line(`${rows.length} active SIP dialog${rows.length === 1 ? '' : 's'}`);
  },
});

const showConnections = (view: SipView): Command => ({
  syntax: 'sip show tcp',
  summary: 'Connections that are open, over TCP and TLS',
  run({ out }) {
    out.table(CONNECTIONS, [...view.connections()]);
  },
});

const showDomains = (view: SipView): Command => ({
  syntax: 'sip show domains',
  summary: 'Domains that are ours',
  run({ out }) {
    const rows = [...view.domains.rows()];
    if (rows.length === 0) out.line('SIP Domain support not enabled.');
    else out.table(DOMAINS, rows);
    out.line();
  },
});

function entry(out: Output, name: string, type: string, held: number): void {
  for (const line of [`name: ${name}`, `type: ${type}`, 'objflags: 0', `refcount: ${held}`, '']) out.line(line);
}

/** How often a device is held: by its name, by its address, by the jobs that end its registrations. */
const holders = (peer: Peer, placed: boolean): number => 1 + Number(placed) + peer.bindings.length;

const showObjects = (view: SipView): Command => ({
  syntax: 'sip show objects',
  summary: 'Devices, registrations of ours and dialogs in memory',
  run({ out }) {
    const peers = [...view.peers.values()];
    const placed = new Set(peers.filter(peer => view.peers.isPlaced(peer)));
    const count = (origin: Peer['origin']) => peers.filter(peer => peer.origin === origin).length;
    const counts = `${count('static')} static, ${count('realtime')} realtime, ${count('autocreate')} autocreate`;
    out.line(`-= Peer objects: ${counts} =-\n`);
    for (const peer of peers) entry(out, peer.name, 'peer', holders(peer, placed.has(peer)));
    out.line('-= Peer objects by IP =-\n');
    for (const peer of placed) entry(out, peer.name, 'peer', holders(peer, true));
    const registrations = [...view.registrations()];
    out.line(`-= Registry objects: ${registrations.length} =-\n`);
    for (const { terms } of registrations) out.line(`name: ${view.showsecrets ? terms.text : terms.shown}`);
    out.line('-= Dialog objects:\n');
    for (const { callId } of view.dialogs()) entry(out, callId, 'dialog', 1);
    if (view.history.size > 0) out.line(`-= History objects: ${view.history.size} =-\n`);
  },
});

/** What the original counts, in its order. */
const JOBS: readonly string[] = [
  ...['retrans_pkt', '__sip_autodestruct', 'expire_register', 'auto_congest', 'sip_reg_timeout', 'sip_poke_peer_s'],
  ...['sip_poke_peer_now', 'sip_poke_noanswer', 'sip_reregister', 'sip_reinvite_retry'],
];

/** Our timers of RFC 3261 under the names of what they replace: those that repeat, those that end. */
const jobOf = (label: string): string => {
  if (/^timer [AEG]$/.test(label)) return 'retrans_pkt';
  return label.startsWith('timer ') ? '__sip_autodestruct' : label;
};

const showSched = (view: SipView): Command => ({
  syntax: 'sip show sched',
  summary: 'Jobs that wait for their time, by kind',
  async run({ out }) {
    const labels = await inSlices(view.sched.counts(), 1);
    const { waiting, highwater } = view.sched;
    const counts = new Map<string, number>();
    for (const [label, count] of labels) counts.set(jobOf(label), (counts.get(jobOf(label)) ?? 0) + count);
    const others = [...counts.keys()].filter(label => !JOBS.includes(label)).sort();
    out.line();
    out.fields(' %s = %s', [
      ['Highwater', highwater, 'highwater'],
      ['schedcnt', waiting, 'waiting'],
    ]);
    out.fields(
      '    %s : %s',
      [...JOBS, ...others].map(label => [label, counts.get(label) ?? 0, label] as const),
    );
    out.fields('   %s : %s', [['<unknown>', 0, 'unknown']]);
  },
});

export const listCommands = (view: SipView): Command[] =>
  [showChannels, showConnections, showDomains, showObjects, showSched].map(make => make(view));
