/** The columns of a registration: what is taken from a row that is loaded, and what is written when one changes. */
import { isIP } from 'node:net';
import type { Condition, Row } from '#core';
import { decode, encode } from '../message/octets.js';
import { ParseError } from '../message/parse-error.js';
import { parseUri, type Uri } from '../message/uri.js';
import { canonical } from '../options/values/hostport.js';
import { standardPort } from '../options/values/transport.js';
import type { Endpoint } from '../transport/transport.js';
import type { Peer } from './peer.js';

/** What a row says of where its device is. */
export interface Stored {
  readonly contact: string;
  readonly address: Endpoint | undefined;
  /** Epoch seconds at which the registration ends; 0 where there is none. */
  readonly regseconds: number;
  readonly useragent: string;
  readonly lastMs: number;
}

/** How the registration of a device stands in its row, as far as we know. */
export interface Standing {
  /** Of the table that registrations are written to; empty when the row was not there to be seen. */
  readonly columns: ReadonlySet<string>;
  /** The one that holds the user of the contact. */
  readonly user: 'defaultuser' | 'username';
  readonly ipaddr: string;
  readonly port: string;
  readonly fullcontact: string;
  /** NaN where the row has something that is no number. */
  readonly regseconds: number;
  /** The node whose registration it is, where nodes say so. */
  readonly regserver: string;
  /** By which the later of two registrations is known; 0 where nobody has written one. */
  readonly regstamp: number;
}

/** What a registration leaves behind where it ended. */
const CLEARED: Row = {
  fullcontact: '',
  ipaddr: '',
  port: '0',
  regseconds: '0',
  regserver: '',
  useragent: '',
  lastms: '0',
};

const numberOr = (text: string | null | undefined, other: number): number =>
  /^-?\d{1,15}$/.test(text ?? '') ? Number(text) : other;
const number = (text: string | null | undefined): number => numberOr(text, 0);

export function storedIn(row: Row, peer: Peer): Stored {
  const contact = encode(row['fullcontact'] ?? '');
  const port = number(row['port']);
  const ipaddr = row['ipaddr'] ?? '';
  const written: Endpoint | undefined =
    isIP(ipaddr) !== 0 && port > 0 && port < 65_536 ? { address: canonical(ipaddr), port } : undefined;
  const { forceRport, comedia, autoForceRport, autoComedia } = peer.get('nat');
  const believed = !(forceRport || comedia || autoForceRport || autoComedia);
  return {
    contact,
    // Without NAT the device is where it says that it is.
    address: ((believed || !written) && addressIn(contact, peer)) || written,
    regseconds: Math.max(0, number(row['regseconds'])),
    useragent: row['useragent'] ?? '',
    lastMs: number(row['lastms']),
  };
}

/** Where a contact points, if it says so by address: nobody waits for a name here. */
function addressIn(contact: string, peer: Peer): Endpoint | undefined {
  const uri = contact === '' ? undefined : uriIn(contact);
  if (!uri || isIP(uri.host) === 0) return undefined;
  return { address: canonical(uri.host), port: uri.port ?? standardPort(peer.primary) };
}

function uriIn(text: string): Uri | undefined {
  try {
    return parseUri(text);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}

/** @param columns of the row that registrations are written to */
export function standingIn(row: Row, columns: ReadonlySet<string>): Standing {
  const plain = !columns.has('defaultuser') || !row['defaultuser'];
  return {
    columns,
    user:
      plain && columns.has('username') && (row['username'] || !columns.has('defaultuser')) ? 'username' : 'defaultuser',
    ipaddr: row['ipaddr'] ?? '',
    port: row['port'] ?? '',
    fullcontact: row['fullcontact'] ?? '',
    regseconds: row['regseconds'] ? numberOr(row['regseconds'], Number.NaN) : 0,
    regserver: row['regserver'] ?? '',
    regstamp: number(row['regstamp']),
  };
}

/** Whether both say the same of a registration. */
export const isSameStanding = (a: Standing, b: Standing): boolean =>
  a.ipaddr === b.ipaddr &&
  Number(a.port) === Number(b.port) &&
  // A contact that the column has no room for is not there.
  (a.fullcontact === b.fullcontact || (b.fullcontact === '' && b.regseconds > 0)) &&
  a.regserver === b.regserver &&
  Object.is(a.regseconds, b.regseconds);

/** Whether there is something to clear. */
export const isMarked = ({ ipaddr, fullcontact, regseconds }: Standing): boolean =>
  ipaddr !== '' || fullcontact !== '' || regseconds !== 0;

/** What is written of a device that has just registered, beside what makes it so. */
export interface Extras {
  /** Empty: not written. */
  readonly regserver: string;
  readonly path: boolean;
  /** Among several nodes; undefined: there are none. */
  readonly regstamp: number | undefined;
}

/** The columns of a device that is registered. */
export function registrationOf(peer: Peer, { user }: Standing, now: number, extras: Extras): Record<string, string> {
  const { address, contact, granted, path } = peer.binding!;
  return {
    ipaddr: address.address,
    port: String(address.port),
    regseconds: String(Math.floor(now / 1000) + granted),
    [user]: peer.defaultuser,
    useragent: peer.useragent,
    lastms: String(peer.lastMs),
    ...(extras.path && { path: decode(path.join(',')) }),
    fullcontact: decode(contact),
    ...(extras.regserver !== '' && { regserver: extras.regserver }),
    ...(extras.regstamp !== undefined && { regstamp: String(extras.regstamp) }),
  };
}

/** The row that `standing` was seen in, as far as its table has such columns; all of them where that is not known. */
const within = (row: Row, { columns }: Standing): Row =>
  columns.size === 0 ? row : Object.fromEntries(Object.entries(row).filter(([column]) => columns.has(column)));

const has = ({ columns }: Standing, column: string): boolean => columns.size === 0 || columns.has(column);

const is = (column: string, value: string): Condition => ({
  column,
  operator: '=',
  value,
  ...(value === '' && { orNull: true }),
});

/** Holds of a row that was not written since by anybody else. */
const notNewer = (standing: Standing, regseconds: number): Condition[] =>
  has(standing, 'regseconds') && !Number.isNaN(regseconds)
    ? [{ column: 'regseconds', operator: '<=', value: String(regseconds), orNull: true }]
    : [];

/** Among nodes: holds of a row that says nothing later. Whenever it is written, it undoes nothing that came after it. */
const notLater = (standing: Standing, regstamp: number): Condition[] =>
  has(standing, 'regstamp') ? [{ column: 'regstamp', operator: '<=', value: String(regstamp), orNull: true }] : [];

const ofNode = (standing: Standing, regserver: string): Condition[] =>
  has(standing, 'regserver') ? [is('regserver', regserver)] : [];

/** What a registration changes. Written late it must not undo what another server wrote meanwhile. */
export const writing = (name: string, row: Row, before: Standing) => {
  const stamped = typeof row['regstamp'] === 'string' && has(before, 'regstamp');
  return {
    conditions: [is('name', name), ...(stamped ? notLater(before, number(row['regstamp'])) : [])],
    changes: within(row, before),
    late: stamped ? [] : notNewer(before, Math.max(before.regseconds, number(row['regseconds']))),
  };
};

/** A registration that a row says is another node's, or nobody's, is this one's. */
export const claiming = (name: string, before: Standing, from: string | undefined, regserver: string) => ({
  conditions: [
    is('name', name),
    ...(from === undefined ? [] : ofNode(before, from)),
    ...notLater(before, before.regstamp),
  ],
  changes: { regserver },
});

/** What its answers change; undefined where there is no such column. `node`: as long as it is that one's. */
export const measuring = ({ name, lastMs }: Peer, before: Standing, node: string | undefined) =>
  has(before, 'lastms')
    ? {
        conditions: [is('name', name), ...(node === undefined ? [] : ofNode(before, node))],
        changes: { lastms: String(lastMs) },
        late: node === undefined ? notNewer(before, before.regseconds) : [],
      }
    : undefined;

/** What its end changes, and only where the row still says what we last knew of it. `regstamp`: among nodes. */
export const clearing = (name: string, before: Standing, regstamp: number | undefined) => ({
  conditions: [
    is('name', name),
    ...(regstamp === undefined ? [] : [...ofNode(before, before.regserver), ...notLater(before, regstamp)]),
    ...(has(before, 'ipaddr') && has(before, 'port')
      ? [is('ipaddr', before.ipaddr), is('port', before.port)]
      : [is('fullcontact', before.fullcontact)]),
    ...notNewer(before, before.regseconds),
  ],
  changes: within(regstamp === undefined ? CLEARED : { ...CLEARED, regstamp: String(regstamp) }, before),
});
