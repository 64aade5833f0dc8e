/** The OPTIONS by which a device is watched, header by header as the original sends it (RFC 3261 §11.1). */
import { randomBytes } from 'node:crypto';
import { ALLOW, request } from '../message/build.js';
import { encode } from '../message/octets.js';
import { hostPort, percentEncode } from '../message/uri.js';
import { standardPort } from '../options/values/transport.js';
import type { ClientRequest } from '../transaction/layer.js';
import type { Flow } from '../transport/transport.js';
import { type Header, supportedTags } from './answers.js';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Who we are where nobody says more. */
const OURSELVES = 'asterisk';
/** The first CSeq of a dialog of ours, as the original counts. */
const FIRST = 102;

export function optionsTo(site: Site, peer: Peer, binding: Binding | undefined, flow: Flow): ClientRequest {
  const { general, ourAddress } = site;
  const us = ourAddress.at(flow);
  const own = us.port === standardPort(flow.protocol) ? undefined : us.port;
  const branch = `z9hG4bK${randomHex(8)}`;
  const uri = targetOf(peer, binding);
  const path = binding?.path ?? [];
  const user = encode(peer.get('fromuser') || general.callerid || OURSELVES);
  const domain = peer.get('fromdomain').host === '' ? general.fromdomain : peer.get('fromdomain');
  const port = domain.port === standardPort(flow.protocol) ? undefined : (domain.port ?? own);
  const from = `<sip:${percentEncode(user)}@${hostPort(domain.host || us.address, port)}>`;
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
    from: `"${quoted(user)}" ${from};tag=as${randomHex(4)}`,
    to: `<${uri}>`,
    contact: ourAddress.contact(flow, percentEncode(user)),
    callId: `${randomHex(16)}@${domain.host || hostPort(us.address, own)}`,
    cseq: FIRST,
    headers: headersOf(site),
  });
  return { text, method: 'OPTIONS', branch };
}

function headersOf({ general, answers }: Site): Header[] {
  const headers: Header[] = general.useragent === '' ? [] : [['User-Agent', encode(general.useragent)]];
  headers.push(['Date', answers.date()], ['Allow', ALLOW]);
  const supported = supportedTags(general);
  if (supported.length > 0) headers.push(['Supported', supported.join(', ')]);
  return headers;
}

/** What it registered; of a device that does not, its host, without user and port, as the original has it. */
function targetOf(peer: Peer, binding: Binding | undefined): string {
  if (binding) return binding.contact;
  const over = peer.protocol === 'udp' ? '' : `;transport=${peer.protocol}`;
  return `sip:${hostPort(peer.get('host').host)}${over}`;
}

const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');
