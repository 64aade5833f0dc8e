/** Devices with callbackextension: each is a register line, those of the database too, which are looked up at every load. */
import { condition, RealtimeFailed } from '#core';
import type { RegisterLine } from '../../options/values/register-line.js';
import type { Directory } from '../directory.js';
import type { Peer } from '../peer.js';
import { type Families, PEERS } from '../realtime-families.js';

/** The line that stands for a device; or why there is none. */
export function lineOf(peer: Peer): RegisterLine | string {
  const { host, port, dynamic } = peer.get('host');
  const authuser = peer.get('defaultuser');
  const user = peer.get('fromuser') || authuser;
  const extension = peer.get('callbackextension');
  const secret = peer.get('remotesecret') || peer.get('secret');
  if (dynamic || host === '') return 'it needs a host to register with';
  if (user === '') return 'it needs a fromuser or a defaultuser to register as';
  const place = { host, port: peer.get('port') || port };
  const text = `${peer.name}?${user}:${secret}:${authuser}@${host}:${place.port ?? ''}/${extension}`;
  return {
    ...{ text, peer: peer.name, protocol: undefined, user, domain: undefined, domainPort: undefined, secret, authuser },
    ...{ ...place, extension, expiry: undefined },
  };
}

export class CallbackRows {
  readonly #families: Families;
  readonly #directory: Pick<Directory, 'named'>;

  constructor(families: Families, directory: Pick<Directory, 'named'>) {
    this.#families = families;
    this.#directory = directory;
  }

  get mapped(): boolean {
    return this.#families.has(PEERS);
  }

  /** The devices whose rows want us to register; undefined while the database does not say. */
  async find(): Promise<readonly Peer[] | undefined> {
    try {
      const { realtime } = this.#families;
      const column = { column: 'callbackextension', type: 'char', length: 40 } as const;
      if ((await realtime.missing(PEERS, [column])).length > 0) return [];
      const rows = await realtime.loadAll(PEERS, [
        condition('name LIKE', '%'),
        condition('callbackextension LIKE', '%'),
      ]);
      const found: Peer[] = [];
      for (const { name, callbackextension } of rows) {
        if (!name || !callbackextension) continue;
        const peer = await this.#directory.named(name, 'address');
        if (peer === 'failed') return undefined;
        if (peer) found.push(peer);
      }
      return found;
    } catch (thrown) {
      if (!(thrown instanceof RealtimeFailed)) throw thrown;
      return undefined;
    }
  }
}
