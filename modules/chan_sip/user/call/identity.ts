/** How a party is named to the other end: From, P-Asserted-Identity or Remote-Party-ID, Privacy. */
import { isPrivate, type Party } from '#core';
import { encode, firstOctets } from '../../message/octets.js';
import { hostPort, percentEncode } from '../../message/uri.js';
import type { General } from '../../options/general.js';
import type { HostPort } from '../../options/values/hostport.js';
import { standardPort } from '../../options/values/transport.js';
import type { Flow } from '../../transport/transport.js';
import type { Header } from '../answers.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';
import type { CallLeg } from './call-leg.js';

/** Who wants not to be known, by the parts of an address. */
export const ANONYMOUS = { name: 'Anonymous', user: 'anonymous', domain: 'anonymous.invalid' } as const;
const NOBODY_KNOWN = `"${ANONYMOUS.name}" <sip:${ANONYMOUS.user}@${ANONYMOUS.domain}>`;
/** Octets of a name or a number that go out: an INVITE is to stay one that can be sent. */
const LONGEST = 128;

/** Whether who is at the end of it learns a number that is to be hidden, as trust_id_outbound says. */
type Trust = General['trust_id_outbound'];

export const quoted = (name: string): string => `"${cut(name).replace(/["\\]/g, '\\$&')}"`;

const cut = (text: string): string => firstOctets(encode(text.replace(/[\x00-\x1f\x7f]/g, ' ')), LONGEST);

/** A number as the user of a URI. */
export const userOf = (number: string): string => percentEncode(cut(number));

/** What stands behind the @ in who we are: fromdomain, or our address. */
export function domainOf(site: Site, peer: Peer | undefined, flow: Flow, named = ''): string {
  const us = site.ourAddress.at(flow);
  const own = us.port === standardPort(flow.protocol) ? undefined : us.port;
  if (named !== '') return encode(named);
  const set: HostPort = peer && peer.get('fromdomain').host !== '' ? peer.get('fromdomain') : site.general.fromdomain;
  const port = set.port === standardPort(flow.protocol) ? undefined : (set.port ?? own);
  return hostPort(set.host || us.address, port);
}

/** How From says who calls. */
export interface Sender {
  readonly user: string;
  readonly domain: string;
  /** Whether the user is the name of an account of ours, which stays. */
  readonly account: boolean;
  /** The name of callers who have neither name nor number; who has a number alone goes without a name. */
  readonly unknown: string;
}

/** The address of From, without its tag. */
export function fromAddress(party: Party, { user, domain, account, unknown }: Sender): string {
  const hidden = isPrivate(party);
  if (hidden && !account) return NOBODY_KNOWN;
  const name = hidden ? ANONYMOUS.name : party.name || (party.number ? '' : unknown);
  return `${name === '' ? '' : `${quoted(name)} `}<sip:${userOf(user)}@${domain}>`;
}

/** Those that the device is to be told by; none where it is not. */
export function identityHeaders(
  leg: Pick<CallLeg, 'desk' | 'peer' | 'option'>,
  party: Party,
  role: 'calling' | 'called',
  flow: Flow,
): Header[] {
  const kind = leg.option('sendrpid');
  const { number } = party;
  if (kind === 'no' || number === undefined || number === '') return [];
  const trust = leg.option('trust_id_outbound');
  const hidden = isPrivate(party);
  if (hidden && trust === 'no') return [];
  const domain = domainOf(leg.desk.site, leg.peer, flow);
  const address = `${quoted(party.name ?? number)} <sip:${userOf(number)}@${domain}>`;
  if (kind !== 'pai') return [['Remote-Party-ID', `${address};party=${role}${privacyOf(party)}`]];
  return asserted(address, hidden, trust);
}

function asserted(address: string, hidden: boolean, trust: Trust): Header[] {
  if (!hidden) return [['P-Asserted-Identity', address]];
  if (trust === 'legacy') return [['P-Asserted-Identity', NOBODY_KNOWN]];
  return [
    ['P-Asserted-Identity', address],
    ['Privacy', 'id'],
  ];
}

/** Numbers that the network vouches for are screened. */
function privacyOf({ presentation }: Party): string {
  if (presentation === 'unavailable') return '';
  const screened = /^(?:allowed|prohib)(?:_passed_screen)?$/.test(presentation);
  return `;privacy=${presentation.startsWith('prohib') ? 'full' : 'off'};screen=${screened ? 'yes' : 'no'}`;
}
