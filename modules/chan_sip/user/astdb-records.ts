/** Registrations in AstDB, as the original keeps them: a record for each device, and its path beside it. */
import { isIP } from 'node:net';
import type { AstDb } from '#core';
import { decode, encode } from '../message/octets.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';

const FAMILY = 'SIP/Registry';
const PATHS = 'SIP/RegistryPath';

export interface AstDbRecord {
  readonly address: Binding['address'];
  /** Seconds. */
  readonly granted: number;
  readonly defaultuser: string;
  readonly contact: string;
  readonly path: readonly string[];
}

export class AstDbRecords {
  readonly #astdb: AstDb;

  constructor(astdb: AstDb) {
    this.#astdb = astdb;
  }

  /** Undefined when there is none; its text when it cannot be read. */
  read(name: string): AstDbRecord | { readonly damaged: string } | undefined {
    const text = this.#astdb.get(FAMILY, name);
    if (text === undefined) return undefined;
    return readRecord(text, this.#astdb.get(PATHS, name)) ?? { damaged: text };
  }

  /** `hadPath`: a path may lie there. */
  put({ name, defaultuser }: Peer, { address, granted, contact, path }: Binding, hadPath: boolean): void {
    const astdb = this.#astdb;
    astdb.put(FAMILY, name, `${formatEndpoint(address)}:${granted}:${defaultuser}:${decode(contact)}`);
    if (path.length > 0) astdb.put(PATHS, name, decode(path.join(',')));
    else if (hadPath) astdb.del(PATHS, name);
  }

  remove(name: string): void {
    this.#astdb.del(FAMILY, name);
    this.#astdb.del(PATHS, name);
  }
}

/** `ip:port:expiry:defaultuser:fullcontact`, an IPv6 address in brackets. */
function readRecord(text: string, paths: string | undefined): AstDbRecord | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5}):(\d{1,9}):([^:]*):(.*)$/s.exec(text);
  if (!parts) return undefined;
  const [, v6, v4, port, granted, defaultuser, contact] = parts;
  const address = v6 ?? v4!;
  if (isIP(address) === 0) return undefined;
  return {
    address: { address, port: Number(port) },
    granted: Number(granted),
    defaultuser: defaultuser!,
    contact: encode(contact!),
    path: splitPath(encode(paths ?? '')),
  };
}

const splitPath = (text: string): readonly string[] => (text === '' ? [] : text.split(/,(?=\s*<)/));
