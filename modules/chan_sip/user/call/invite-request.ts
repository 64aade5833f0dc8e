/** The INVITE of a call of ours, header by header as the original writes it. */
import { randomHex } from '#core';
import { request } from '../../message/build.js';
import { encode } from '../../message/octets.js';
import { isToken } from '../../message/scan.js';
import { hostPort } from '../../message/uri.js';
import { standardPort } from '../../options/values/transport.js';
import { SDP } from '../../session/sdp-part.js';
import type { ClientRequest } from '../../transaction/layer.js';
import type { Flow } from '../../transport/transport.js';
import { abilitiesOf, allowed, RELIABLE, supportedTags } from '../abilities.js';
import type { Header } from '../answers.js';
import { agentHeaders, OURSELVES } from '../device-request.js';
import type { DialString } from './dial-string.js';
import { diversion } from './diversion.js';
import { domainOf, fromAddress, userOf } from './identity.js';
import type { OutgoingLeg } from './outgoing-leg.js';

/** What is the same in each INVITE to one contact. */
export interface InviteIdentity {
  readonly id: string;
  readonly tag: string;
  readonly uri: string;
  readonly path: readonly string[];
}

export const newInvite = (uri: string, path: readonly string[]): InviteIdentity => ({
  id: randomHex(16),
  tag: `as${randomHex(4)}`,
  uri,
  path,
});

/** Where it must not go on for ever, or not be sent at all. */
const MOST_EXTRA = 50;

export function inviteRequest(
  leg: OutgoingLeg,
  invite: InviteIdentity,
  cseq: number,
  credentials: readonly Header[],
  flow: Flow,
): ClientRequest {
  const { desk, channel, peer, dial } = leg;
  const { site } = desk;
  const { general, ourAddress } = site;
  const us = ourAddress.at(flow);
  const branch = `z9hG4bK${randomHex(8)}`;
  const user = leg.userIn(dial);
  const uri = withOptions(invite.uri, channel.variables.get('SIP_URI_OPTIONS'));
  const domain = domainOf(site, peer, flow, dial.from?.domain || channel.variables.get('SIPFROMDOMAIN'));
  const text = request({
    method: 'INVITE',
    uri,
    via: {
      transport: flow.protocol.toUpperCase(),
      host: us.address,
      port: us.port,
      branch,
      rport: peer?.forceRport ?? general.nat.forceRport,
    },
    maxForwards: forwardsOf(leg, general.maxforwards),
    ...(invite.path.length > 0 && { routes: [invite.path.join(',')] }),
    from: `${fromOf(leg, dial, user, domain)};tag=${invite.tag}`,
    to: `<${toOf(uri, dial)}>${parameter(channel.variables.get('VXML_URL'))}`,
    contact: ourAddress.contact(flow, userOf(user)),
    callId: callIdOf(leg, invite, flow),
    cseq,
    headers: headersOf(leg, credentials, flow),
    body: { type: SDP, text: leg.offer },
  });
  return { text, method: 'INVITE', branch };
}

/** Random, and at a domain that is set or our own address. */
export function callIdOf({ desk, peer }: OutgoingLeg, { id }: InviteIdentity, flow: Flow): string {
  const { general, ourAddress } = desk.site;
  const us = ourAddress.at(flow);
  const own = us.port === standardPort(flow.protocol) ? undefined : us.port;
  return `${id}@${peer?.get('fromdomain').host || general.fromdomain.host || hostPort(us.address, own)}`;
}

function headersOf(leg: OutgoingLeg, credentials: readonly Header[], flow: Flow): Header[] {
  const { site } = leg.desk;
  const abilities = abilitiesOf(name => leg.option(name));
  const supported = supportedTags(site.general, abilities);
  return [
    ...agentHeaders(site),
    ...credentials,
    ['Date', site.answers.date()],
    ...leg.shown.headers(flow),
    ['Allow', allowed(abilities)],
    ...(supported.length > 0 ? [['Supported', supported.join(', ')] as const] : []),
    ...(abilities['100rel'] === 'required' ? [['Require', RELIABLE] as const] : []),
    ...diversion(leg, flow),
    ...extraHeaders(leg),
  ];
}

function fromOf(leg: OutgoingLeg, dial: DialString, user: string, domain: string): string {
  const account = dial.from !== undefined || leg.option('fromuser') !== '';
  const unknown = leg.desk.site.general.callerid || OURSELVES;
  return fromAddress(leg.channel.connected, { user, domain, account, unknown });
}

function toOf(uri: string, { to }: DialString): string {
  if (!to) return uri;
  const [, scheme = 'sip', user = '', rest = ''] = /^(sips?):(?:([^@]*)@)?(.*)$/.exec(uri) ?? [];
  return `${scheme}:${to.user === '' ? user : userOf(to.user)}@${to.domain === '' ? rest : encode(to.domain)}`;
}

/** What the dialplan writes behind a URI or an address: never more than parameters. */
function parameter(text = ''): string {
  const safe = encode(text)
    .replace(/[^\x21-\x7e]|[<>"]/g, '')
    .replace(/^;/, '');
  return safe === '' ? '' : `;${safe}`;
}

/** SIP_URI_OPTIONS: parameters that the URI gets. */
const withOptions = (uri: string, options?: string): string => `${uri}${parameter(options)}`;

function forwardsOf({ channel, peer }: OutgoingLeg, general: number): number {
  const asked = Number(/^\d{1,3}$/.exec(channel.variables.get('SIP_MAX_FORWARDS') ?? '')?.[0] ?? 0);
  return asked >= 1 && asked <= 255 ? asked : peer?.get('maxforwards') || general;
}

/** Those of the device (`header=`), and of the dialplan (SIPAddHeader). */
function extraHeaders({ peer, channel }: OutgoingLeg): Header[] {
  const own = (peer?.get('header') ?? []).map(({ name, value }): Header => [encode(name), encode(value)]);
  const added = [...channel.variables.entries()]
    .filter(([name]) => /^SIPADDHEADER/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]): Header => {
      const colon = text.indexOf(':');
      return [encode(text.slice(0, Math.max(colon, 0)).trim()), encode(text.slice(colon + 1).trim())];
    });
  return [...own, ...added].filter(([name]) => isToken(name) && !OURS.has(name.toLowerCase())).slice(0, MOST_EXTRA);
}

/** What nobody else may write: a message with two of them is none. */
const OURS: ReadonlySet<string> = new Set([
  ...['via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'contact', 'm', 'max-forwards'],
  ...['content-length', 'l', 'content-type', 'c', 'authorization', 'proxy-authorization'],
]);
