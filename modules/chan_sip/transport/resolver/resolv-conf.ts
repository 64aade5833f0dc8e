/** Which name servers are asked: those of sip.conf, or else those of /etc/resolv.conf, with what it says of asking. */
import { isIP } from 'node:net';
import type { Endpoint } from '../transport.js';
import { canonicalName, isAskable } from './domain-name.js';
import type { Asking } from './name-servers.js';
import type { WatchedFile } from './watched-file.js';

export interface ResolvConf extends Asking {
  /** What a name without a dot is completed by. */
  readonly search: readonly string[];
}

export const RESOLV_CONF = '/etc/resolv.conf';
const DNS_PORT = 53;

/** As the C library has it. */
const MOST_SERVERS = 3;
const MOST_SEARCHED = 6;
/** Half of what the C library waits: who asks us has timers of his own. */
const PATIENCE = 2000;
const LONGEST_PATIENCE = 10_000;
const ATTEMPTS = 2;
const MOST_ATTEMPTS = 5;

export function parseResolvConf(text: string): ResolvConf {
  const servers: Endpoint[] = [];
  let search: readonly string[] = [];
  let patience = PATIENCE;
  let attempts = ATTEMPTS;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    const [first = ''] = words;
    if (keyword === 'nameserver' && isIP(first) !== 0) servers.push({ address: first, port: DNS_PORT });
    if (keyword === 'search' || keyword === 'domain') search = words.map(canonicalName).filter(isAskable);
    if (keyword !== 'options') continue;
    const seconds = numberOf(words, 'timeout');
    if (seconds !== undefined) patience = Math.min(Math.max(seconds * 1000, 1000), LONGEST_PATIENCE);
    attempts = Math.min(Math.max(numberOf(words, 'attempts') ?? attempts, 1), MOST_ATTEMPTS);
  }
  if (servers.length === 0) servers.push({ address: '127.0.0.1', port: DNS_PORT });
  return { servers: servers.slice(0, MOST_SERVERS), patience, attempts, search: search.slice(0, MOST_SEARCHED) };
}

function numberOf(words: readonly string[], option: string): number | undefined {
  const word = words.find(one => one.startsWith(`${option}:`));
  const digits = word?.slice(option.length + 1) ?? '';
  return /^\d{1,4}$/.test(digits) ? Number(digits) : undefined;
}

export class Configured {
  readonly #file: Pick<WatchedFile<ResolvConf>, 'value'>;
  #own: readonly Endpoint[] = [];

  constructor(file: Pick<WatchedFile<ResolvConf>, 'value'>) {
    this.#file = file;
  }

  /** The servers of sip.conf; none: the system's. @returns whether that changed anything */
  configure(own: readonly Endpoint[]): boolean {
    const same = JSON.stringify(own) === JSON.stringify(this.#own);
    this.#own = own;
    return !same;
  }

  async current(): Promise<ResolvConf> {
    const system = await this.#file.value();
    return this.#own.length > 0 ? { ...system, servers: this.#own } : system;
  }
}
