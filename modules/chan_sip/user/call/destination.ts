/** Where a dial string leads: each contact of a device, or a host, with the places to try for it. */
import { isIP } from 'node:net';
import { Invalid } from '#core';
import { encode } from '../../message/octets.js';
import { hostPort, percentEncode } from '../../message/uri.js';
import type { General } from '../../options/general.js';
import { type HostPort, parseHostPort } from '../../options/values/hostport.js';
import { standardPort } from '../../options/values/transport.js';
import type { Hop } from '../../transport/resolver/hop.js';
import type { Flow, Protocol } from '../../transport/transport.js';
import { type Binding, UNKNOWN } from '../binding.js';
import { uriOf } from '../device-request.js';
import type { Directory } from '../directory.js';
import { fixedPort, namedHop, nameOf } from '../next-hop.js';
import { wayTo } from '../notification.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';
import { howTo, type NextHop, proxyOf } from '../way.js';
import type { DialString } from './dial-string.js';

/** One contact to be called. */
export interface Contact {
  readonly binding: Binding | undefined;
  readonly uri: string;
  /** Proxies on the way, as they registered. */
  readonly path: readonly string[];
  /** A connection that is the only way, or places to try. */
  readonly way: Flow | readonly Hop[];
  /** The way as it will begin. */
  readonly flow: Flow;
}

export interface Destination {
  /** Of the channel's name. */
  readonly device: string;
  readonly peer: Peer | undefined;
  readonly contacts: readonly Contact[];
}

/** Undefined: there is no such device, it is not registered or not reachable, or the host is not known. */
export async function findDestination(
  site: Site,
  directory: Directory,
  dial: DialString,
): Promise<Destination | undefined> {
  const peer = await deviceOf(site, directory, dial.host);
  const found = peer ? await contactsOf(site, peer, dial) : await hostOf(site, dial);
  const contacts = found.filter(contact => contact !== undefined);
  return contacts.length === 0 ? undefined : { device: peer?.name ?? dial.host, peer, contacts };
}

async function deviceOf(site: Site, directory: Directory, name: string): Promise<Peer | undefined> {
  const known = site.peers.get(name);
  if (known) return known.type === 'user' ? undefined : known;
  const found = await directory.named(name, 'address');
  return found === 'failed' ? undefined : found;
}

function contactsOf(site: Site, peer: Peer, dial: DialString): Promise<readonly (Contact | undefined)[]> {
  const bindings = peer.binding ? peer.bindings : [undefined];
  return Promise.all(bindings.filter(binding => answers(peer, binding)).map(one => contactOf(site, peer, one, dial)));
}

/** One that is watched and silent, or too slow, is not called. */
function answers(peer: Peer, binding: Binding | undefined): boolean {
  const { lastMs } = binding ?? peer;
  return !peer.monitored || (lastMs >= UNKNOWN && lastMs <= peer.qualifyMs);
}

async function contactOf(
  site: Site,
  peer: Peer,
  binding: Binding | undefined,
  dial: DialString,
): Promise<Contact | undefined> {
  const elsewhere = hopOf(dial.nextHop, peer.primary);
  const common = { binding, uri: deviceUri(peer, binding, dial), path: binding?.path ?? [] };
  const named = elsewhere || binding ? undefined : namedHop(peer);
  const places = named ? await hopsTo(site, named, named.host) : [];
  // A name that is not found now may have been before.
  const way = elsewhere ?? (places.length > 0 ? places : wayTo(site, { peer, binding }));
  if (!way) return undefined;
  if ('remote' in way) return { ...common, way, flow: way };
  const hops = 'host' in way ? await hopsTo(site, way, nameOf(peer, way.host)) : way;
  const flow = firstFlow(site, hops);
  return flow && { ...common, way: hops, flow };
}

/** A URI of a contact with a port. */
const NAMES_PORT = /^sips?:(?:[^@]*@)?(?:\[[^\]]*\]|[^:;?]*):\d/i;

/** What it registered; with an extension, that at its address. A port is there where the device, or its contact, names one. */
function deviceUri(peer: Peer, binding: Binding | undefined, { extension }: DialString): string {
  if (extension === '' && binding) return uriOf({ peer, binding });
  const { host } = peer.get('host');
  const { address = '', port } = binding?.address ?? peer.address ?? peer.defaultAddress ?? {};
  const at = binding
    ? hostPort(address, NAMES_PORT.test(binding.contact) ? port : undefined)
    : hostPort(host || address, fixedPort(peer) ?? (host === '' ? peer.get('defaultip').port : undefined));
  const user = extension || peer.defaultuser;
  const phone = peer.get('usereqphone') && /^\+?\d+$/.test(user) ? ';user=phone' : '';
  return `sip:${user === '' ? '' : `${percentEncode(encode(user))}@`}${at}${phone}`;
}

/** Somebody whom no section names. A host of digits alone is a number that nobody has. */
async function hostOf(site: Site, dial: DialString): Promise<readonly (Contact | undefined)[]> {
  const host = readHost(dial.host);
  if (!host || /^\d+$/.test(host.host)) return [];
  const { general } = site;
  const protocol = dial.transport ?? 'udp';
  const elsewhere = hopOf(dial.nextHop, protocol) ?? proxyOf(general.outboundproxy, protocol);
  const to = elsewhere ?? { protocol, host: host.host, port: host.port };
  // Without a transport the domain says which it wants (RFC 3263 §4.1).
  const open = !elsewhere && dial.transport === undefined;
  const hops = await hopsTo(site, to, to.host, open ? spokenBy(general) : undefined);
  const flow = firstFlow(site, hops);
  const user = dial.extension === '' ? '' : `${percentEncode(encode(dial.extension))}@`;
  const uri = `sip:${user}${hostPort(host.host, host.port)}`;
  return [flow && { binding: undefined, uri, path: [], way: hops, flow }];
}

function hopOf(text: string, protocol: Protocol): NextHop | undefined {
  const host = readHost(text);
  return host && { protocol, host: host.host, port: host.port };
}

function readHost(text: string): HostPort | undefined {
  if (text === '') return undefined;
  try {
    return parseHostPort(text);
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    return undefined;
  }
}

/** `any`: transports that the name may choose from; left out: that of the hop it is. */
async function hopsTo(
  site: Site,
  { protocol, host, port }: NextHop,
  name: string,
  any?: readonly Protocol[],
): Promise<readonly Hop[]> {
  if (isIP(host) !== 0) return [{ protocol, remote: { address: host, port: port ?? standardPort(protocol) }, name }];
  const target = { scheme: 'sip', host, port, transport: any ? undefined : protocol } as const;
  return site.names.locator.locate(target, howTo(site.general, any ?? [protocol]));
}

/** What we speak to whom we call, the best first where nobody minds. */
const spokenBy = ({ tcpenable, tlsenable }: General): readonly Protocol[] => [
  'udp',
  ...(tcpenable ? (['tcp'] as const) : []),
  ...(tlsenable ? (['tls'] as const) : []),
];

function firstFlow(site: Site, hops: readonly Hop[]): Flow | undefined {
  for (const { protocol, remote, name } of site.outgoing.inOrder(hops)) {
    const flow = site.outward(protocol, remote, name);
    if (flow) return flow;
  }
  return undefined;
}
