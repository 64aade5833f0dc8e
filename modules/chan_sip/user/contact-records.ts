/** Several contacts of an account in AstDB: a record of each under a key of its own, beside the one of the original. */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { AstDb } from '#core';
import { decode, encode } from '../message/octets.js';
import { PROTOCOLS } from '../options/values/transport.js';
import type { Binding, NewBinding, Traits } from './binding.js';

const FAMILY = 'SIP/Contact';

/** Two of one key are the same contact. */
type Keyed = Pick<NewBinding, 'contact' | 'traits'>;

export interface StoredContact extends NewBinding {
  readonly traits: Traits;
  /** Epoch seconds at which what was granted ends. */
  readonly until: number;
  readonly since: number;
}

export class ContactRecords {
  readonly #astdb: AstDb;

  constructor(astdb: AstDb) {
    this.#astdb = astdb;
  }

  /** In the order in which they came. What cannot be read is left out. */
  read(name: string): StoredContact[] {
    const family = familyOf(name);
    const found = this.#astdb.entries(family).flatMap(([key, text]) => {
      // Another device may be called `name/...`.
      const stored = key.lastIndexOf('/') === family.length + 1 ? readRecord(text) : undefined;
      return stored ? [stored] : [];
    });
    return found.sort((a, b) => a.traits.began - b.traits.began);
  }

  put(name: string, binding: Binding): void {
    const { traits, since, granted } = binding;
    if (!traits || traits.flow) {
      this.remove(name, binding);
      return;
    }
    const { contact, address, protocol, callId, cseq, path } = binding;
    const { q, instance, regId, began } = traits;
    const until = Math.floor(since / 1000) + granted;
    const record = {
      contact,
      ...address,
      granted,
      until,
      since,
      protocol,
      callId,
      cseq,
      path,
      q,
      instance,
      regId,
      began,
    };
    this.#astdb.put(familyOf(name), keyOf(binding), decode(JSON.stringify(record)));
  }

  remove(name: string, contact: Keyed): void {
    this.#astdb.del(familyOf(name), keyOf(contact));
  }
}

export const isSameRecord = (a: Keyed, b: Keyed): boolean => keyOf(a) === keyOf(b);

const familyOf = (name: string): string => `${FAMILY}/${name}`;

const keyOf = ({ contact, traits }: Keyed): string =>
  createHash('sha256')
    .update(JSON.stringify([contact, traits?.instance, traits?.regId]))
    .digest('hex')
    .slice(0, 16);

const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** Empty where there is none. */
function objectIn(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return {};
  }
}

/** Undefined for what we did not write so. */
function readRecord(text: string): StoredContact | undefined {
  const record = objectIn(encode(text));
  const { contact, address, port, granted, until, since, callId, cseq, path, q, instance, regId, began } = record;
  const protocol = PROTOCOLS.find(known => known === record['protocol']);
  const numbers = [port, granted, until, since, cseq, began];
  if (!protocol || ![contact, address, callId, q, instance].every(isText) || !numbers.every(isWhole)) return undefined;
  if (isIP(address as string) === 0 || !Array.isArray(path) || !path.every(isText)) return undefined;
  return {
    ...(record as unknown as Pick<StoredContact, 'contact' | 'granted' | 'until' | 'since' | 'callId' | 'cseq'>),
    address: { address: address as string, port: port as number },
    protocol,
    path,
    traits: {
      q: q as string,
      instance: instance as string,
      regId: isWhole(regId) ? regId : undefined,
      flow: undefined,
      began: began as number,
    },
  };
}
