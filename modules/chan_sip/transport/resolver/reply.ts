/** DNS messages: the question as it is sent, and what an answer to it says (RFC 1035 §4). */
import { isIP } from 'node:net';
import { type Answer, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { canonicalName, isAskable } from './domain-name.js';
import type { DataOf, Question, RecordType } from './record.js';

export interface Reply<T extends RecordType = RecordType> {
  /** `failed`: this server will not say. */
  readonly outcome: 'answered' | 'failed';
  /** There is more than fits: it must be asked for over TCP. */
  readonly truncated: boolean;
  readonly records: readonly DataOf[T][];
  /** Where the aliases in it lead, when it does not say what is there. */
  readonly alias: string | undefined;
  /** Seconds; undefined where it names none. */
  readonly ttl: number | undefined;
}

/** Aliases in one answer. */
const LONGEST_CHAIN = 8;
/** Records of one question that are looked at. */
const MOST_RECORDS = 256;
const LARGEST_TTL = 0x7fff_ffff;

export const encodeQuery = (id: number, { name, type }: Question): Buffer =>
  encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name, class: 'IN' }] });

/** What the answer says; undefined when it is none to this question. */
export function readReply<T extends RecordType>(data: Buffer, id: number, asked: Question<T>): Reply<T> | undefined {
  if (data.length < 12 || data.readUInt16BE(0) !== id) return undefined;
  const packet = decoded(data);
  const [question, ...others] = packet?.questions ?? [];
  if (!packet || !question || packet.type !== 'response' || others.length > 0) return undefined;
  if (canonicalName(question.name) !== asked.name || question.type !== asked.type || question.class !== 'IN') {
    return undefined;
  }
  const rcode: unknown = 'rcode' in packet ? packet.rcode : undefined;
  const truncated = packet.flag_tc === true;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') {
    return { outcome: 'failed', truncated, records: [], alias: undefined, ttl: undefined };
  }
  const answers = follow(packet.answers ?? [], asked);
  const empty = answers.records.length === 0 && answers.alias === undefined;
  const ttl = empty ? negativeTtl(packet.authorities ?? []) : answers.ttl;
  // RFC 2308 §2.1: the name that is not there is the last of the aliases.
  const alias = rcode === 'NXDOMAIN' ? undefined : answers.alias;
  return { outcome: 'answered', truncated, records: answers.records, alias, ttl };
}

/** The library throws for whatever it cannot read. */
function decoded(data: Buffer): ReturnType<typeof decode> | undefined {
  try {
    return decode(data);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return undefined;
  }
}

interface Followed<T extends RecordType> {
  readonly records: readonly DataOf[T][];
  readonly alias: string | undefined;
  readonly ttl: number | undefined;
}

/** The records at the end of the aliases; what belongs to other names is passed over. */
function follow<T extends RecordType>(answers: readonly Answer[], asked: Question<T>): Followed<T> {
  let name = asked.name;
  let ttl: number | undefined;
  for (let links = 0; links <= LONGEST_CHAIN; links += 1) {
    const here = at(answers, { ...asked, name });
    ttl = here.ttl === undefined ? ttl : Math.min(ttl ?? LARGEST_TTL, here.ttl);
    if (here.records.length > 0) return { records: here.records, alias: undefined, ttl };
    if (here.alias === undefined) return { records: [], alias: name === asked.name ? undefined : name, ttl };
    name = here.alias;
  }
  return { records: [], alias: undefined, ttl };
}

/** What the answers say of one name. */
function at<T extends RecordType>(answers: readonly Answer[], asked: Question<T>): Followed<T> {
  const records: DataOf[T][] = [];
  let alias: string | undefined;
  let ttl: number | undefined;
  for (const answer of answers.slice(0, MOST_RECORDS)) {
    if (answer.name === undefined || canonicalName(answer.name) !== asked.name) continue;
    const data = READERS[asked.type](answer) as DataOf[T] | undefined;
    const next = answer.type === 'CNAME' ? canonicalName(answer.data) : undefined;
    if (data !== undefined) records.push(data);
    else if (next !== undefined && isAskable(next)) alias = next;
    else continue;
    ttl = Math.min(ttl ?? LARGEST_TTL, ttlOf(answer));
  }
  return { records, alias, ttl };
}

/** RFC 2181 §8: what has the highest bit counts as 0. */
function ttlOf(answer: Answer): number {
  const ttl = 'ttl' in answer ? (answer.ttl ?? 0) : 0;
  return ttl > LARGEST_TTL ? 0 : ttl;
}

/** RFC 2308 §5. */
function negativeTtl(authorities: readonly Answer[]): number | undefined {
  for (const answer of authorities) {
    if (answer.type === 'SOA') return Math.min(ttlOf(answer), answer.data.minimum ?? 0);
  }
  return undefined;
}

/** Undefined for what cannot be used. */
const READERS: { readonly [T in RecordType]: (answer: Answer) => DataOf[T] | undefined } = {
  A: answer => (answer.type === 'A' && isIP(answer.data) === 4 ? answer.data : undefined),
  AAAA: answer => (answer.type === 'AAAA' && isIP(answer.data) === 6 ? answer.data : undefined),
  SRV(answer) {
    if (answer.type !== 'SRV') return undefined;
    const { priority = 0, weight = 0, port, target } = answer.data;
    const name = target === '.' ? '.' : canonicalName(target);
    return name === '.' || isAskable(name) ? { priority, weight, port, target: name } : undefined;
  },
  NAPTR(answer) {
    if (answer.type !== 'NAPTR') return undefined;
    const { order, preference, flags, services, replacement } = answer.data;
    const name = canonicalName(replacement);
    return isAskable(name) ? { order, preference, flags, services, replacement: name } : undefined;
  },
};
