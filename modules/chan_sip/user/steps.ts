/** A decision told step by step, in the order of the checks: what each looked at, where that stands, what it came to. */
import type { AclDecision } from '#core';
import type { Address } from '../message/address.js';
import type { Message } from '../message/message.js';
import { forcesRport, showNat } from '../options/values/nat.js';
import { transportWords } from '../options/values/transport.js';
import { replyAddress } from '../transport/layer.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Verdict } from './auth.js';
import { isLocated, type Place, placeOf } from './contact-place.js';
import type { Decision } from './decisions.js';
import { barrierAt, natSeen } from './nat.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';
import { WHY, type Why } from './why.js';
import { askedForFirst, askedForOne, type Wanted, wishesOf, wishOf } from './wish.js';

/** One step. */
export interface Step {
  readonly step: string;
  readonly decision: string;
  /** `sip.conf:12`, or the row of a table; empty where nothing is written down. */
  readonly where: string;
  readonly detail: string;
}

/** What a step is told from. */
export interface Context {
  readonly site: Site;
  readonly decision: Decision;
  /** Whether nobody sent it. */
  readonly imagined: boolean;
  /** Undefined when the text was too long to be kept. */
  readonly request: Message | undefined;
  /** Where the row of a device of the database is. */
  readonly row: (name: string) => string;
}

type Told = readonly [decision: string, where: string, detail: string];

interface Check {
  readonly step: string;
  /** Reasons that end the checks here. */
  readonly ends: readonly Why[];
  /** Undefined: there was nothing to look at. */
  tell(context: Context, ended: boolean): Told | undefined;
}

/** The most of a contact that is shown. */
const LONGEST_SHOWN = 120;
/** Of a request with more the rest is not told. */
const MOST_CONTACTS = 5;

const at = (place: { readonly file?: string; readonly line?: number } | undefined): string =>
  place?.file === undefined ? '' : `${place.file}:${place.line}`;

const option = ({ site }: Context, name: string): string => at(site.generalPlaces.get(name));

/** Where a device is written down. */
export const whereOf = (peer: Peer, row: Context['row']): string =>
  peer.origin === 'realtime' ? row(peer.name) : at(peer.place);

/** What a list said: the line, and the sense of it. */
function listWords({ rule, list, allowed }: AclDecision): Told {
  const of = list === undefined ? '' : ` of list '${list}'`;
  const word = allowed ? 'allowed' : 'denied';
  if (rule) return [word, at(rule), `${rule.permit ? 'permit' : 'deny'} ${rule.network.text}${of} matched last`];
  if (allowed) return [word, '', 'no rule matches, or there is none'];
  return [
    word,
    '',
    list === undefined ? 'it is no address' : `acl.conf has no list '${list}', which keeps everybody out`,
  ];
}

const VERDICTS: Readonly<Record<Verdict, Told>> = {
  accepted: ['right', '', 'the password was right, with a fresh nonce'],
  repeated: ['spent', '', 'the password was right, but its nonce had served already'],
  stale: ['stale', '', 'the password was right, but its nonce was not ours or too old'],
  forbidden: ['wrong', '', 'the nonce was fresh, the password wrong'],
  challenge: ['none', '', 'it came without credentials'],
};
const FOREIGN: Told = ['stale', '', 'its nonce is not ours or too old, and the answer to it not right either'];
const ASSUMED: Told = ['right', '', 'the phone is taken to know the password'];

function domain({ site, decision, request }: Context, ended: boolean): Told | undefined {
  const host = request?.to.uri.host ?? '';
  if (ended) return ['foreign', '', `'${host}' is none of the ${site.domains.size} domains of sip show domains`];
  const { size } = site.domains;
  if (size === 0 || decision.why === 'database') return undefined;
  return ['ours', '', `'${host}' is a domain of ours`];
}

function device({ decision: { peer, user, why, method }, row, site }: Context, ended: boolean): Told {
  if (why === 'database') return ['unknown', '', `'${user}' is not in memory, and the database does not answer`];
  if (!peer) {
    const other = site.peers.get(user);
    if (other?.type === (method === 'REGISTER' ? 'user' : 'peer')) {
      return ['not found', whereOf(other, row), `'${user}' has type ${other.type}, which may not do this`];
    }
    if (other) return ['not found', whereOf(other, row), `'${user}' is there now, and was not then`];
    if (!ended) return ['guest', '', 'no device has that name or that address'];
    const places = site.mapped
      ? 'neither in sip.conf nor in the database'
      : 'not in sip.conf, and no database is mapped';
    return ['not found', '', `'${user}' is ${places}`];
  }
  const origins = { static: '', realtime: ' of the database', autocreate: ' made by autocreatepeer' };
  const how = user === peer.name ? '' : ', by its address';
  return ['found', whereOf(peer, row), `${peer.type} '${peer.name}'${origins[peer.origin]}${how}`];
}

const source = ({ decision: { acl, remote } }: Context): Told | undefined => {
  if (!acl) return undefined;
  const [decision, where, detail] = listWords(acl);
  return [decision, where, `${remote.address}: ${detail}`];
};

function host({ decision: { peer }, row }: Context): Told | undefined {
  if (!peer) return undefined;
  const { host: written, dynamic } = peer.get('host');
  return dynamic
    ? ['registers', whereOf(peer, row), 'host=dynamic']
    : ['fixed', whereOf(peer, row), `host=${written}: only a device with host=dynamic registers`];
}

function password({ decision: { peer, verdict, why }, request, imagined }: Context, ended: boolean): Told | undefined {
  if (why === 'username') return ['wrong', '', `the credentials name somebody else than '${peer?.name}'`];
  if (verdict === 'challenge' && request?.header('Authorization') !== undefined) return FOREIGN;
  if (verdict !== undefined) return imagined ? ASSUMED : VERDICTS[verdict];
  if (!peer || ended) return undefined;
  return peer.hasPassword
    ? ['not asked', '', 'insecure=invite']
    : ['none', '', 'the device has no password: anybody may be it'];
}

function transport({ decision: { peer, protocol }, row }: Context, ended: boolean): Told | undefined {
  if (!peer) return undefined;
  const allowed = transportWords(peer.get('transport'));
  return [ended ? 'refused' : 'allowed', whereOf(peer, row), `over ${protocol.toUpperCase()}; transport=${allowed}`];
}

const shownContact = ({ uri }: Address): string =>
  uri.text.length > LONGEST_SHOWN ? `${uri.text.slice(0, LONGEST_SHOWN)}...` : uri.text;

/** The contacts that come, as the rules of then read them. */
function wanted({ decision: { peer, general }, request }: Context): readonly Wanted[] {
  if (!peer || !request) return [];
  if (!peer.several) {
    const wish = wishOf(request, general);
    return wish.kind === 'bind' ? [wish] : [];
  }
  const wishes = wishesOf(request, general, Number.POSITIVE_INFINITY);
  return wishes.kind === 'change' ? wishes.contacts.slice(0, MOST_CONTACTS) : [];
}

function contact(context: Context, ended: boolean): Told | undefined {
  const { why } = context.decision;
  if (why === 'told') return ['query', '', 'no Contact: what is registered stays and is told'];
  if (why === 'removed') return ['remove', '', 'Expires is 0: the registration ends'];
  const contacts = wanted(context).map(({ contact: one }) => shownContact(one));
  if (!ended && contacts.length === 0) return undefined;
  return [ended ? 'refused' : 'taken', '', ended ? WHY[why!] : contacts.join(', ')];
}

function expiry(context: Context): Told | undefined {
  const { decision, request } = context;
  const { minexpiry, maxexpiry, defaultexpiry } = decision.general;
  const contacts = wanted(context);
  const [first] = contacts;
  if (!first || !request) return undefined;
  const read = decision.peer?.several ? askedForOne : askedForFirst;
  const asked = read(request, first.contact);
  const granted = contacts.map(({ seconds }) => `${seconds} s`).join(', ');
  const bounds = `minexpiry ${minexpiry}, maxexpiry ${maxexpiry}`;
  if (asked === undefined)
    return [
      granted,
      option(context, 'defaultexpiry'),
      `not asked for: defaultexpiry ${defaultexpiry}, within ${bounds}`,
    ];
  if (first.seconds > asked)
    return [granted, option(context, 'minexpiry'), `asked for ${asked} s, raised to minexpiry ${minexpiry}`];
  if (first.seconds < asked)
    return [granted, option(context, 'maxexpiry'), `asked for ${asked} s, cut to maxexpiry ${maxexpiry}`];
  return [granted, '', `asked for ${asked} s, within ${bounds}`];
}

/** Where the device will be. */
function located({ decision, request }: Context, { contact: one }: Wanted) {
  const { protocol, remote, peer, symmetric = false } = decision;
  return request && peer && placeOf({ request, flow: { protocol, remote }, symmetric }, peer, one);
}

function contactAddress(context: Context, ended: boolean): Told | undefined {
  const { site, decision } = context;
  const { peer } = decision;
  const places = wanted(context)
    .map(one => located(context, one))
    .filter(place => place !== undefined);
  const barred = peer && places.find(one => isLocated(one) && barrierAt(site, peer, one.host));
  const [place] = barred ? [barred] : places;
  if (!peer || !place) return undefined;
  if (decision.why === 'reserved') {
    return [
      'refused',
      option(context, 'dynamic_exclude_static'),
      `${place.host} is the address of a device that does not register`,
    ];
  }
  if (!isLocated(place)) return [ended ? 'refused' : 'allowed', '', `the address that '${place.host}' led to`];
  const lists = [site.general.contactacl, peer.get('contactacl')].map(acl => site.acls.decide(acl, place.host));
  const deciding = lists.find(({ allowed }) => !allowed) ?? lists.findLast(({ rule }) => rule) ?? lists[1]!;
  const [word, where, detail] = listWords(deciding);
  if (ended && deciding.allowed)
    return ['refused', '', `${place.host}: the lists have changed since, and allow it now`];
  return [ended ? 'refused' : word, where, `${place.host}: ${detail}`];
}

function room({ decision: { peer }, row }: Context, ended: boolean): Told | undefined {
  if (!peer?.several) return undefined;
  const most = peer.get('maxcontacts');
  const has = `it has ${peer.bindings.length} now; removeexisting=${peer.get('removeexisting') ? 'yes' : 'no'}`;
  return [ended ? 'refused' : 'enough', whereOf(peer, row), `maxcontacts=${most}, ${has}`];
}

const placeWords = (place: Place): string =>
  isLocated(place)
    ? formatEndpoint({ address: place.host, port: place.port })
    : `the address of '${place.host}', port ${place.port}`;

function nat(context: Context): Told | undefined {
  const { decision, request } = context;
  if (!request || decision.status === 0) return undefined;
  const { remote, protocol, peer, general } = decision;
  const { host: via, port } = request.via;
  const seen = natSeen(request, { remote });
  const symmetric = decision.symmetric ?? forcesRport(general.nat, seen);
  const to = replyAddress(request, { protocol, remote }, symmetric);
  const place = wanted(context)
    .map(one => located(context, one))
    .find(one => one !== undefined);
  const kept = place && decision.status < 300 ? `; stored: ${placeWords(place)}` : '';
  const set = decision.status < 300 ? (peer?.get('nat') ?? general.nat) : general.nat;
  const own = `Via says ${via}${port === undefined ? '' : `:${port}`}, it came from ${formatEndpoint(remote)}`;
  return [seen ? 'seen' : 'none', '', `${own}; nat=${showNat(set)}: the answer goes to ${formatEndpoint(to)}${kept}`];
}

function answer({ decision, site }: Context): Told {
  const { status, reason, why } = decision;
  const hidden = HIDDEN_REASONS.has(why ?? '') && decision.general.alwaysauthreject;
  const words = why ? WHY[why] : 'it was let in, and this is what it asked for comes to';
  const told = `${words}${hidden ? '; the phone is not told which (alwaysauthreject)' : ''}`;
  const old = decision.general === site.general ? '' : '; sip.conf was read again since';
  return [status === 0 ? 'no answer' : `${status} ${reason}`, '', `${told}${old}`];
}

const HIDDEN_REASONS: ReadonlySet<string> = new Set(['unknown', 'username', 'acl', 'static', 'domain', 'password']);

const ANSWER: Check = { step: 'Answer', ends: [], tell: answer };
const NAT: Check = { step: 'NAT', ends: [], tell: nat };
const SOURCE: Check = { step: 'Source address', ends: ['acl'], tell: source };
const PASSWORD: Check = {
  step: 'Password',
  ends: ['username', 'password', 'stale', 'repeated', 'challenge'],
  tell: password,
};
const DEVICE: Check = { step: 'Device', ends: ['unknown', 'database'], tell: device };

const REGISTER: readonly Check[] = [
  {
    step: 'Request',
    ends: ['dialog', 'scheme', 'nobody'],
    tell: ({ decision }, ended) => (ended ? ['refused', '', WHY[decision.why!]] : undefined),
  },
  { step: 'Domain', ends: ['domain'], tell: domain },
  DEVICE,
  {
    step: 'Order',
    ends: ['outdated'],
    tell: ({ decision }, ended) => (ended ? ['refused', '', WHY[decision.why!]] : undefined),
  },
  SOURCE,
  { step: 'Host', ends: ['static'], tell: host },
  PASSWORD,
  { step: 'Transport', ends: ['transport'], tell: transport },
  {
    step: 'Contact',
    ends: [
      'again',
      'busy',
      'contact',
      'nowhere',
      'lookups',
      'lost',
      'gone',
      'long',
      'path',
      'loop',
      'flows',
      'hop',
      'older',
      'told',
      'removed',
    ],
    tell: contact,
  },
  { step: 'Expiry', ends: [], tell: expiry },
  { step: 'Contact address', ends: ['reserved', 'contactacl'], tell: contactAddress },
  { step: 'Contacts', ends: ['room'], tell: room },
];

/** Of any other request it is asked whose it is, and no more. */
const ADMISSION: readonly Check[] = [DEVICE, SOURCE, PASSWORD];

export function stepsOf(context: Context): Step[] {
  const { method, why } = context.decision;
  const checks = method === 'REGISTER' ? REGISTER : ADMISSION;
  const last = checks.findIndex(({ ends }) => why !== undefined && ends.includes(why));
  const passed = last < 0 ? checks : checks.slice(0, last + 1);
  return [...passed, NAT, ANSWER].flatMap(({ step, ends, tell }): Step[] => {
    const told = tell(context, why !== undefined && ends.includes(why));
    return told ? [{ step, decision: told[0], where: told[1], detail: told[2] }] : [];
  });
}
