/** The OPTIONS by which a device is watched: what it says, and where it goes first (RFC 3261 §11.1, RFC 3327). */
import { randomBytes } from 'node:crypto';
import { parseAddress } from '../message/address.js';
import { ALLOW, request } from '../message/build.js';
import { ParseError } from '../message/parse-error.js';
import { hostPort, type Uri } from '../message/uri.js';
import { PROTOCOLS, type Protocol, standardPort } from '../options/values/transport.js';
import type { ClientRequest } from '../transaction/layer.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';
import { type Header, supportedTags } from './answers.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Who we are towards devices that we ask on our own account. */
const OURSELVES = 'asterisk';
/** The first CSeq of a dialog of ours, as the original counts. */
const FIRST = 102;

/** Where a request goes first; the host may be a name. */
export interface Hop {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  /** Whom it is asked for as, where that is known: over TLS it has to prove to be that. */
  readonly name?: string | undefined;
}

/** The host of a device that does not register, as it is written. */
export function nameOf(peer: Peer): string | undefined {
  const { dynamic, host } = peer.get('host');
  return dynamic ? undefined : host;
}

/** The first of its Path, else where the device is; undefined when nobody knows. */
export function hopTo(peer: Peer): Hop | undefined {
  const { address, protocol, binding } = peer;
  const proxy = binding?.path[0] === undefined ? undefined : uriOf(binding.path[0]);
  if (!proxy) return address && { protocol, host: address.address, port: address.port, name: nameOf(peer) };
  const asked = proxy.params.get('transport')?.toLowerCase();
  const over = PROTOCOLS.find(known => known === asked) ?? protocol;
  return { protocol: over, host: proxy.host, port: proxy.port ?? standardPort(over), name: proxy.host };
}

function uriOf(path: string): Uri | undefined {
  try {
    const { uri } = parseAddress(path);
    return uri.host === '' ? undefined : uri;
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}

export function optionsTo(site: Site, peer: Peer, flow: Flow): ClientRequest {
  const { general, ourAddress, answers } = site;
  const us = { address: ourAddress.towards(flow), port: flow.local.port };
  const own = us.port === standardPort(flow.protocol) ? undefined : us.port;
  const branch = `z9hG4bK${randomHex(8)}`;
  const uri = targetOf(peer);
  const path = peer.binding?.path ?? [];
  const headers: Header[] = [
    ['Date', answers.date()],
    ['Allow', ALLOW],
  ];
  if (general.useragent !== '') headers.unshift(['User-Agent', general.useragent]);
  const supported = supportedTags(general);
  if (supported.length > 0) headers.push(['Supported', supported.join(', ')]);
  const text = request({
    method: 'OPTIONS',
    uri,
    via: {
      transport: flow.protocol.toUpperCase(),
      host: us.address,
      port: us.port,
      branch,
      rport: peer.forceRport,
    },
    maxForwards: general.maxforwards,
    ...(path.length > 0 && { routes: [path.join(',')] }),
    from: `"${OURSELVES}" <sip:${OURSELVES}@${hostPort(us.address, own)}>;tag=as${randomHex(4)}`,
    to: `<${uri}>`,
    contact: ourAddress.contact(flow, OURSELVES),
    callId: `${randomHex(16)}@${formatEndpoint(us)}`,
    cseq: FIRST,
    headers,
  });
  return { text, method: 'OPTIONS', branch };
}

/** What it registered; of a device that does not, its host, without user and port, as the original has it. */
function targetOf(peer: Peer): string {
  if (peer.binding) return peer.fullcontact;
  const over = peer.protocol === 'udp' ? '' : `;transport=${peer.protocol}`;
  return `sip:${hostPort(peer.get('host').host)}${over}`;
}

const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');
