/** Requests of ours to a device outside of any dialog, header by header as the original writes them (RFC 3261 §8.1.1). */
import { randomHex } from '#core';
import { type Body, request } from '../message/build.js';
import { encode } from '../message/octets.js';
import { hostPort, percentEncode } from '../message/uri.js';
import { standardPort } from '../options/values/transport.js';
import type { ClientRequest } from '../transaction/layer.js';
import type { Flow } from '../transport/transport.js';
import type { Header } from './answers.js';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Who we are where nobody says more. */
export const OURSELVES = 'asterisk';
/** The first CSeq of a dialog of ours, as the original counts. */
export const FIRST_CSEQ = 102;

/** To whom. */
export interface Recipient {
  readonly peer: Peer;
  /** Which of its contacts; undefined: it has none. */
  readonly binding: Binding | undefined;
}

/** What a request has in common with itself when it is sent again with credentials. */
export interface Identity {
  readonly callId: string;
  readonly tag: string;
}

export interface DeviceRequest {
  readonly method: string;
  readonly identity: Identity;
  readonly cseq: number;
  readonly headers: readonly Header[];
  readonly body?: Body;
}

export const newIdentity = (): Identity => ({ callId: randomHex(16), tag: `as${randomHex(4)}` });

/** Its text on the way over this flow. */
export function requestTo(site: Site, to: Recipient, what: DeviceRequest, flow: Flow): ClientRequest {
  const { general, ourAddress } = site;
  const { peer, binding } = to;
  const { method, identity, cseq, headers, body } = what;
  const us = ourAddress.at(flow);
  const own = us.port === standardPort(flow.protocol) ? undefined : us.port;
  const branch = `z9hG4bK${randomHex(8)}`;
  const uri = uriOf(to);
  const path = binding?.path ?? [];
  const name = encode(general.callerid || OURSELVES);
  const user = encode(peer.get('fromuser')) || name;
  const domain = peer.get('fromdomain').host === '' ? general.fromdomain : peer.get('fromdomain');
  const port = domain.port === standardPort(flow.protocol) ? undefined : (domain.port ?? own);
  const from = `<sip:${percentEncode(user)}@${hostPort(domain.host || us.address, port)}>`;
  const text = request({
    method,
    uri,
    via: { transport: flow.protocol.toUpperCase(), host: us.address, port: us.port, branch, rport: peer.forceRport },
    maxForwards: general.maxforwards,
    ...(path.length > 0 && { routes: [path.join(',')] }),
    from: `"${quoted(name)}" ${from};tag=${identity.tag}`,
    to: `<${uri}>`,
    contact: ourAddress.contact(flow, percentEncode(user)),
    callId: `${identity.callId}@${domain.host || hostPort(us.address, own)}`,
    cseq,
    headers,
    ...(body && { body }),
  });
  return { text, method, branch };
}

/** What it registered; of a device that does not, its host, without user, port and transport, as the original has it. */
export function uriOf({ peer, binding }: Recipient): string {
  return binding?.contact ?? `sip:${hostPort(peer.get('host').host || (peer.defaultAddress?.address ?? ''))}`;
}

/** How we name ourselves. */
export const agentHeaders = ({ general }: Site): Header[] =>
  general.useragent === '' ? [] : [['User-Agent', encode(general.useragent)]];

const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');
