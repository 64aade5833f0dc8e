/** Names that need no server: /etc/hosts, `localhost` and what this machine is called. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canonicalName } from './domain-name.js';
import type { WatchedFile } from './watched-file.js';

export type HostTable = ReadonlyMap<string, readonly string[]>;

export const HOSTS = '/etc/hosts';

export function parseHosts(text: string): HostTable {
  const table = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names.map(canonicalName)) {
      const known = table.get(name);
      if (known) known.push(address);
      else table.set(name, [address]);
    }
  }
  return table;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

export class Hosts {
  readonly #file: Pick<WatchedFile<HostTable>, 'value'>;
  readonly #hostname: () => string;

  constructor(file: Pick<WatchedFile<HostTable>, 'value'>, hostname: () => string) {
    this.#file = file;
    this.#hostname = hostname;
  }

  /** Undefined when a name server must be asked. The name is canonical. */
  async find(name: string): Promise<readonly string[] | undefined> {
    const known = (await this.#file.value()).get(name);
    if (known) return known;
    // RFC 6761 §6.3.
    if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
    return name === canonicalName(this.#hostname()) ? ownAddresses() : undefined;
  }
}

/** Those that others can reach go first. */
function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap(found => found ?? []);
  const outside = all.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
  return outside.length > 0 ? outside : LOOPBACK;
}
