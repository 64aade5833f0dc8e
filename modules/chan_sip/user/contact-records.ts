/** Several contacts of an account in AstDB: all in one record, beside that of the original. */
import { isIP } from 'node:net';
import type { AstDb } from '#core';
import { decode, encode } from '../message/octets.js';
import { PROTOCOLS } from '../options/values/transport.js';
import type { Binding, NewBinding, Traits } from './binding.js';

const FAMILY = 'SIP/Contact';

/** What tells contacts apart. */
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
    const stored = listIn(this.#astdb.get(FAMILY, name) ?? '').flatMap(value => readRecord(value) ?? []);
    return stored.sort((a, b) => a.traits.began - b.traits.began);
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
    this.#write(name, [
      ...this.#others(name, binding),
      { contact, ...address, granted, until, since, protocol, callId, cseq, path, q, instance, regId, began },
    ]);
  }

  remove(name: string, contact: Keyed): void {
    this.#write(name, this.#others(name, contact));
  }

  /** What lies there of other contacts, and can be read. */
  #others(name: string, contact: Keyed): Readonly<Record<string, unknown>>[] {
    const text = this.#astdb.get(FAMILY, name);
    if (text === undefined) return [];
    return listIn(text).filter(value => {
      const stored = readRecord(value);
      return stored && !isSameRecord(stored, contact);
    });
  }

  #write(name: string, records: readonly object[]): void {
    if (records.length === 0) this.#astdb.del(FAMILY, name);
    else this.#astdb.put(FAMILY, name, decode(JSON.stringify(records)));
  }
}

export const isSameRecord = (a: Keyed, b: Keyed): boolean =>
  a.contact === b.contact && a.traits?.instance === b.traits?.instance && a.traits?.regId === b.traits?.regId;

const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** The objects of a record; none where it is not one. */
function listIn(text: string): Readonly<Record<string, unknown>>[] {
  try {
    const parsed: unknown = JSON.parse(encode(text));
    return Array.isArray(parsed) ? parsed.filter(value => typeof value === 'object' && value !== null) : [];
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return [];
  }
}

/** Undefined for what we did not write so. */
function readRecord(record: Readonly<Record<string, unknown>>): StoredContact | undefined {
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
