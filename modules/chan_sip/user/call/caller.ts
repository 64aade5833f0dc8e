/** Who calls: what the device is configured as, what its headers say where they are believed, who sent the call here. */
import { NOBODY, type Party, type Presentation } from '#core';
import { type Address, parseAddress } from '../../message/address.js';
import type { Message } from '../../message/message.js';
import { decode, firstOctets } from '../../message/octets.js';
import { ParseError } from '../../message/parse-error.js';
import { percentDecode } from '../../message/uri.js';
import type { Device } from '../../options/device.js';
import type { General } from '../../options/general.js';
import { presentationWord } from '../../options/values/callerid.js';
import type { Peer } from '../peer.js';

/** Characters of a name or a number that are kept. */
const LONGEST = 80;

type Rules = Pick<General, 'shrinkcallerid' | 'pedantic' | 'legacy_useroption_parsing'>;
type OptionOf = <K extends keyof Device>(name: K) => Device[K];

/** The caller of an INVITE. */
export function callerOf(request: Message, peer: Peer | undefined, option: OptionOf, general: Rules): Party {
  const trusted = option('trustrpid') ? believed(request, general) : undefined;
  const own = option('callerid');
  const from = partyIn(request.from, general);
  const number = own.number || from.number;
  const name = own.name || (own.number ? undefined : from.name);
  const tag = option('cid_tag');
  const presentation = peer && option('callingpres') !== 0 ? wordOf(option('callingpres')) : from.presentation;
  const configured: Party = { number, name, presentation };
  return { ...(trusted ?? configured), ...(tag !== '' && { tag }) };
}

/** Who a device is that we call: what it is given as its caller id; nobody where it has none. */
export function ownerOf(peer: Peer): Party {
  const { number, name } = peer.get('callerid');
  const tag = peer.get('cid_tag');
  return {
    number: number || undefined,
    name: name || undefined,
    presentation: wordOf(peer.get('callingpres')),
    ...(tag !== '' && { tag }),
  };
}

/** P-Asserted-Identity, else Remote-Party-ID of whoever calls. */
const believed = (request: Message, general: Rules): Party | undefined =>
  asserted(request, general) ?? remote(request, general, isCalling);

function asserted(message: Message, general: Rules): Party | undefined {
  const found = addressesIn(message, 'P-Asserted-Identity').at(0);
  if (!found) return undefined;
  const hidden = /\bid\b/i.test(message.header('Privacy') ?? '');
  return { ...partyIn(found, general), presentation: hidden ? 'prohib_passed_screen' : 'allowed_passed_screen' };
}

function remote(message: Message, general: Rules, wanted: (address: Address) => boolean): Party | undefined {
  const found = addressesIn(message, 'Remote-Party-ID').find(wanted);
  if (!found) return undefined;
  const screened = found.params.get('screen')?.toLowerCase() === 'yes';
  const shown = /^(?:off|)$/i.test(found.params.get('privacy') ?? '');
  const presentation: Presentation = `${shown ? 'allowed' : 'prohib'}_${screened ? 'passed_screen' : 'not_screened'}`;
  return { ...partyIn(found, general), presentation };
}

const addressesIn = (message: Message, header: string): readonly Address[] =>
  message
    .list(header)
    .map(read)
    .filter(found => found !== undefined);

/** Who the other end of a call is, as a message within it says: the first that does, whatever it calls itself. */
export function identityIn(message: Message, general: Rules): Party | undefined {
  return asserted(message, general) ?? remote(message, general, () => true);
}

const isCalling = ({ params }: Address): boolean => /^calling$/i.test(params.get('party') ?? 'calling');

/** Who sent the call here (RFC 5806), and the words that dialplans ask for. */
export interface Diverted {
  readonly from: Party;
  readonly reason: string;
  readonly count: number;
  readonly domain: string;
  /** As ISDN words it. */
  readonly priReason: string;
}

const PRI_REASONS: ReadonlyMap<string, string> = new Map([
  ['user-busy', 'BUSY'],
  ['no-answer', 'NO_REPLY'],
  ['unconditional', 'UNCONDITIONAL'],
]);

export function divertedIn(request: Message, general: Rules): Diverted | undefined {
  const all = request
    .list('Diversion')
    .map(read)
    .filter(found => found !== undefined);
  const [last] = all;
  if (!last) return undefined;
  const reason = decode(firstOctets(last.params.get('reason') ?? '', LONGEST)).toLowerCase() || 'unknown';
  const counted = Number(/^\d{1,3}$/.exec(last.params.get('counter') ?? '')?.[0] ?? 1);
  return {
    from: partyIn(last, general),
    reason,
    count: Math.max(all.length, counted),
    domain: decode(last.uri.host),
    priReason: PRI_REASONS.get(reason) ?? 'UNKNOWN',
  };
}

export const wordOf = (code: number): Presentation => presentationWord(code);

/** An address as a party: its user is the number. */
function partyIn({ uri, display }: Address, { shrinkcallerid, legacy_useroption_parsing }: Rules): Party {
  const written = decode(percentDecode(uri.user ?? ''));
  const user = legacy_useroption_parsing ? written.split(';', 1)[0]! : written;
  const number = printable(shrinkcallerid && isNumber(user) ? user.replace(/[().\s-]/g, '') : user);
  const name = display === undefined ? '' : printable(decode(display));
  return { ...NOBODY, number: number === '' ? undefined : number, name: name === '' ? undefined : name };
}

/** Without control characters, and no longer than anybody shows. */
const printable = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, '').slice(0, LONGEST);

const isNumber = (text: string): boolean => /^[\d*#+().\s-]+$/.test(text);

function read(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}
