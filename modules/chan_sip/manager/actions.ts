/** The SIP actions of the manager interface. They read the stack and say what it says of itself. */
import {
  type Core,
  inSlices,
  isRestricted,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  type ManagerField,
} from '#core';
import { callable, inOrder } from '../cli/peers.js';
import type { RegistryRow, SipView } from '../cli/view.js';
import { faultOf, type NoticeLine } from '../options/notify-line.js';
import { symmetricMedia } from '../options/values/nat.js';
import { noticeOf } from '../user/notice.js';
import type { Peer } from '../user/peer.js';
import { peerFields } from './peer-fields.js';

/** What a request to port 5060 need not say. */
const STANDARD_PORT = 5060;

const word = (value: boolean): string => (value ? 'yes' : 'no');

const devices = (view: SipView): Promise<Peer[]> => inSlices(inOrder(view, callable), 1);

const peerEntry = (peer: Peer): ManagerField[] => {
  const nat = peer.get('nat');
  return [
    ['Channeltype', 'SIP'],
    ['ObjectName', peer.name],
    ['ChanObjectType', 'peer'],
    ['IPaddress', peer.address?.address ?? '-none-'],
    ['IPport', peer.address?.port ?? 0],
    ['Dynamic', word(peer.dynamic)],
    ['AutoForcerport', word(nat.autoForceRport)],
    ['Forcerport', word(peer.forceRport)],
    ['AutoComedia', word(nat.autoComedia)],
    ['Comedia', word(symmetricMedia(nat, peer.natDetected))],
    ['VideoSupport', word(peer.get('videosupport') !== 'no')],
    ['TextSupport', word(peer.get('textsupport'))],
    ['ACL', word(isRestricted(peer.get('acl')))],
    ['Status', peer.status],
    ['RealtimeDevice', word(peer.origin === 'realtime')],
    ['Description', peer.get('description')],
    ['Accountcode', peer.get('accountcode')],
  ];
};

const registryEntry = ({ terms, refresh, text, registeredAt }: RegistryRow): ManagerField[] => [
  ['Host', terms.host],
  ['Port', terms.port],
  ['Username', terms.user],
  ['Domain', terms.domain ?? terms.host],
  ['DomainPort', terms.domainPort ?? STANDARD_PORT],
  ['Refresh', refresh],
  ['State', text],
  ['RegistrationTime', registeredAt === undefined ? 0 : Math.floor(registeredAt / 1000)],
];

const statusEntry = (peer: Peer): ManagerField[] => {
  const [status, time] = reachability(peer);
  return [
    ['Privilege', 'System'],
    ['ChannelType', 'SIP'],
    ['Peer', `SIP/${peer.name}`],
    ['PeerStatus', status],
    ...(time === undefined ? [] : [['Time', time] as const]),
  ];
};

function reachability({ monitored, lastMs, qualifyMs }: Peer): [status: string, time?: number] {
  if (!monitored) return ['Unmonitored'];
  if (lastMs < 0) return ['Unreachable'];
  if (lastMs === 0) return ['Unknown'];
  return [lastMs > qualifyMs ? 'Lagged' : 'Reachable', lastMs];
}

/** The name that the client gave. @throws ManagerError */
function named(call: ManagerCall): string {
  const name = call.get('Peer');
  if (name === '') throw new ManagerError('Peer: <name> missing.');
  return name;
}

function find(view: SipView, name: string): Peer | undefined {
  const peer = view.peers.get(name);
  return peer && callable(peer) ? peer : undefined;
}

const withoutTechnology = (name: string): string => name.replace(/^SIP\//i, '');

async function listPeers(view: SipView, call: ManagerCall): Promise<void> {
  const peers = await devices(view);
  const list = call.list('Peer status list will follow');
  await list.entries('PeerEntry', peers, peerEntry);
  list.complete('PeerlistComplete');
}

function listRegistrations(view: SipView, call: ManagerCall): void {
  const list = call.list('Registrations will follow');
  for (const row of view.registrations()) list.entry('RegistryEntry', registryEntry(row));
  list.complete('RegistrationsComplete');
}

function qualify(view: SipView, call: ManagerCall, { emit }: Pick<Core, 'emit'>): void {
  const name = named(call);
  const peer = find(view, name);
  if (!peer) throw new ManagerError('Peer not found');
  call.reply([['Message', 'SIP peer found - will qualify']]);
  view.qualify(peer);
  const id = call.id === '' ? [] : [['ActionID', call.id] as const];
  emit('managerEvent', { event: 'SIPQualifyPeerDone', privileges: ['call'], fields: [['Peer', name], ...id] });
}

async function status(view: SipView, call: ManagerCall): Promise<void> {
  const name = withoutTechnology(call.get('Peer'));
  const one = name === '' ? undefined : (find(view, name) ?? (await view.load(name, 'register')));
  if (name !== '' && !one) throw new ManagerError('No such peer');
  const peers = one ? [one] : await devices(view);
  const list = call.list('Peer status will follow');
  await list.entries('PeerStatus', peers, statusEntry, true);
  list.complete('SIPpeerstatusComplete');
}

/** One header may say several, as the original takes them: a comma before another `name=` parts them. */
function linesOf(call: ManagerCall): NoticeLine[] {
  const written = call.all('Variable').flatMap(text => text.split(/,(?=[A-Za-z][\w-]*=)/));
  return written.map(text => {
    const at = text.indexOf('=');
    const line = { name: text.slice(0, Math.max(0, at)).trim(), value: text.slice(at + 1).trim() };
    const fault = at < 1 ? `expected name=value, got '${text}'` : faultOf(line);
    if (fault !== undefined) throw new ManagerError(`Variable: ${fault}`);
    return line;
  });
}

async function notify(view: SipView, call: ManagerCall): Promise<void> {
  const name = withoutTechnology(call.get('Channel'));
  if (name === '') throw new ManagerError('SIPNotify requires a channel name');
  const notice = noticeOf(linesOf(call));
  const callId = call.get('Call-ID');
  if (callId !== '') {
    if (view.notify(callId, notice) !== 'sent') throw new ManagerError('Call-ID not found');
    return call.reply([['Message', 'Notify Sent']]);
  }
  const peer = find(view, name) ?? (await view.load(name, 'register'));
  const became = peer && callable(peer) ? view.notify(peer, notice) : 'nowhere';
  if (became === 'nowhere') throw new ManagerError('Could not create address');
  if (became === 'full') throw new ManagerError('Too many NOTIFYs wait for their answers');
  call.reply([['Message', 'Notify Sent']]);
}

const PEER = { name: 'Peer', help: 'The name of the device' };

export const actions = (view: SipView, core: Pick<Core, 'emit'>): ManagerAction[] => [
  {
    name: 'SIPpeers',
    privileges: ['system', 'reporting'],
    summary: 'List devices that can be called',
    run: call => listPeers(view, call),
  },
  {
    name: 'SIPshowpeer',
    privileges: ['system', 'reporting'],
    summary: 'Show everything about a device',
    help: 'Those in memory alone.',
    arguments: [{ ...PEER, required: true }],
    run(call) {
      const name = named(call);
      const peer = find(view, name);
      if (!peer) throw new ManagerError(`Peer ${name} not found.`);
      call.reply(peerFields(peer, view));
    },
  },
  {
    name: 'SIPqualifypeer',
    privileges: ['system', 'reporting'],
    summary: 'Ask a device whether it is there',
    arguments: [{ ...PEER, required: true }],
    run: call => qualify(view, call, core),
  },
  {
    name: 'SIPshowregistry',
    privileges: ['system', 'reporting'],
    summary: 'List our registrations with other servers',
    run: call => listRegistrations(view, call),
  },
  {
    name: 'SIPpeerstatus',
    privileges: ['system', 'reporting'],
    summary: 'Tell whether devices answer',
    arguments: [{ ...PEER, help: 'One of them, with SIP/ or without' }],
    run: call => status(view, call),
  },
  {
    name: 'SIPnotify',
    privileges: ['system'],
    summary: 'Send a NOTIFY to a device',
    help: 'To each of its contacts, or within a call that is up. What it answers is in the log, where it is not that all is well.',
    arguments: [
      { name: 'Channel', help: 'The device, with SIP/ or without', required: true },
      { name: 'Variable', help: 'name=value: a header, or as Content=value a line of the body', repeats: true },
      { name: 'Call-ID', help: 'The call to send it in' },
    ],
    run: call => notify(view, call),
  },
];
