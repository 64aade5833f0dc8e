/** `sip show channel`, `channelstats` and `inuse`: calls one by one, how well they are heard, how many each device has. */
import { type Cell, type Command, CommandError, inSlices, type TableShape } from '#core';
import type { Peer } from '../user/peer.js';
import { devicesOf } from './peers.js';
import type { CallRow, SipView } from './view.js';

const list = (names: readonly string[]): string => (names.length === 0 ? '(nothing)' : `(${names.join('|')})`);
const yes = (value: boolean): string => (value ? 'Yes' : 'No');

/** Labels as the original has them; values begin in column 27, and a bit later where they are long. */
function fieldsOf(row: CallRow): [label: string, value: Cell, key: string][] {
  return [
    ['Curr. trans. direction: ', row.direction, 'direction'],
    ['Call-ID:', row.callId, 'callId'],
    ['Owner channel ID:', row.channel || '<none>', 'channel'],
    ['Our Codec Capability:', list(row.codecs.ours), 'ourCodecs'],
    ['Non-Codec Capability (DTMF):  ', row.dtmf === 'rfc2833' || row.dtmf === 'auto' ? 1 : 0, 'dtmfCapability'],
    ['Their Codec Capability:  ', list(row.codecs.joint), 'theirCodecs'],
    ['Joint Codec Capability:  ', list(row.codecs.joint), 'jointCodecs'],
    ['Format:', row.format === '' ? '(nothing)' : `(${row.format})`, 'format'],
    ['T.38 support', 'No', 't38'],
    ['Video support', 'No', 'video'],
    ['MaxCallBR:', `${row.bitrate} kbps`, 'maxCallBitrate'],
    ['Theoretical Address:', row.theoretical, 'theoreticalAddress'],
    ['Received Address:', row.received, 'receivedAddress'],
    ['SIP Transfer mode:', row.transferMode, 'transferMode'],
    ['Force rport:', row.forceRport, 'forceRport'],
    ['Audio IP:', `${row.audio} (local)`, 'audio'],
    ['Our Tag:', row.ourTag, 'ourTag'],
    ['Their Tag:', row.theirTag, 'theirTag'],
    ['SIP User agent:', row.useragent, 'useragent'],
    ...(row.user === '' ? [] : [['Username:', row.user, 'username'] as [string, Cell, string]]),
    ...(row.device === '' ? [] : [['Peername:', row.device, 'peername'] as [string, Cell, string]]),
    ...(row.uri === '' ? [] : [['Original uri:', row.uri, 'uri'] as [string, Cell, string]]),
    ...(row.caller === '' ? [] : [['Caller-ID:', row.caller, 'callerId'] as [string, Cell, string]]),
    ['Need Destroy:', yes(row.ending), 'needDestroy'],
    ['Last Message:', row.lastMessage, 'lastMessage'],
    ['Promiscuous Redir:', yes(row.promiscredir), 'promiscredir'],
    ['Route:', row.route, 'route'],
    ['DTMF Mode:', row.dtmf, 'dtmf'],
    ['SIP Options:', '(none)', 'options'],
    ['Session-Timer:', 'Inactive', 'sessionTimer'],
    ['Transport:', row.transport, 'transport'],
    ['Media:', 'RTP', 'media'],
  ];
}

const showChannel = (view: SipView): Command => ({
  syntax: 'sip show channel <callid>',
  summary: 'All there is to say of a call',
  help: 'The beginning of the Call-ID is enough.',
  complete: { callid: () => [...view.callRows()].map(({ callId }) => callId) },
  run({ args, out }) {
    const start = args['callid']!;
    const found = [...view.callRows()].filter(({ callId }) => callId.toLowerCase().startsWith(start.toLowerCase()));
    if (found.length === 0) throw new CommandError(`No such SIP Call ID starting with '${start}'`);
    for (const row of found) {
      out.line('\n  * SIP Call');
      out.fields('  %-23s %s', fieldsOf(row));
      out.line('\n');
    }
  },
});

/** Counts beyond this are told in thousands. */
const LARGE = 100_000;
const count = (packets: number): number => (packets > LARGE ? packets / 1000 : packets);
const mark = (packets: number): string => (packets > LARGE ? 'K' : '');
const share = (lost: number, all: number): number => (all + lost > 0 ? (lost / (all + lost)) * 100 : 0);

function lasted(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map(part => String(part).padStart(2, '0')).join(':');
}

const stats = (now: number): TableShape<CallRow> => ({
  layout:
    '%-15.15s  %-11.11s  %-8.8s %-10.10u%-1.1s %-10.10u (%5.2f%%) %-6.4lf %-10.10u%-1.1s %-10.10u (%5.2f%%) %-6.4lf',
  heading: '%-15.15s  %-11.11s  %-8.8s %-10.10s%s  %-10.10s (     %%%s) %-6.6s %-10.10s%s  %-10.10s (     %%%s) %-6.6s',
  columns: [
    { title: 'Peer', key: 'address', value: row => row.address },
    { title: 'Call ID', key: 'callId', value: row => row.callId },
    { title: 'Duration', key: 'duration', value: row => (row.channel === '' ? '' : lasted(now - row.since)) },
    { title: 'Recv: Pack', key: 'received', value: ({ figures }) => count(figures.received) },
    { title: '', key: 'receivedIn', value: ({ figures }) => mark(figures.received) },
    { title: 'Lost', key: 'lost', value: ({ figures }) => figures.lost },
    { title: '', key: 'lostPercent', value: ({ figures }) => share(figures.lost, figures.received) },
    { title: 'Jitter', key: 'jitter', value: ({ figures }) => figures.jitter / 1000 },
    { title: 'Send: Pack', key: 'sent', value: ({ figures }) => count(figures.sent) },
    { title: '', key: 'sentIn', value: ({ figures }) => mark(figures.sent) },
    { title: 'Lost', key: 'lostThere', value: ({ figures }) => figures.lostThere },
    { title: '', key: 'lostTherePercent', value: ({ figures }) => share(figures.lostThere, figures.sent) },
    { title: 'Jitter', key: 'jitterThere', value: ({ figures }) => figures.jitterThere / 1000 },
  ],
});

const showStats = (view: SipView): Command => ({
  syntax: 'sip show channelstats',
  summary: 'How well calls are heard, at both ends',
  run({ out }) {
    const rows = [...view.callRows()];
    out.table(stats(view.clock.now()), rows);
    out.line(`${rows.length} active SIP channel${rows.length === 1 ? '' : 's'}`);
  },
});

const inUse = (view: SipView): TableShape<Peer> => ({
  layout: '%-25.25s %-15.15s %-15.15s ',
  columns: [
    { title: '* Peer name', key: 'name', value: ({ name }) => name },
    {
      title: 'In use',
      key: 'inUse',
      value: ({ name }) => {
        const { calls, ringing, held } = view.usage(name);
        return `${calls}/${ringing}/${held}`;
      },
    },
    { title: 'Limit', key: 'limit', value: peer => (peer.get('call-limit') === 0 ? 'N/A' : peer.get('call-limit')) },
  ],
});

const showInUse = (view: SipView): Command => ({
  syntax: 'sip show inuse [all]',
  summary: 'Calls of devices that have a limit, or of all',
  help: 'Calls, those of them that ring, and those that are on hold.',
  async run({ chosen, out }) {
    const wanted = (peer: Peer): boolean => chosen.has('all') || peer.get('call-limit') > 0;
    out.table(inUse(view), await inSlices(devicesOf(view.peers, wanted)));
  },
});

export const callCommands = (view: SipView): Command[] => [showChannel, showStats, showInUse].map(make => make(view));
