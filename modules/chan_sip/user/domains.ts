/** The domains that are ours: `domain=` lines, and with autodomain our own names and addresses. */
import type { General } from '../options/general.js';

/** Where a domain comes from, as `sip show domains` says it. */
export type DomainSource = 'Configured' | 'Automatic';

export interface Domain {
  readonly name: string;
  readonly context: string;
  readonly source: DomainSource;
}

export class Domains {
  #domains = new Map<string, Domain>();

  /** Takes the place of all that was there. The first of a name counts. */
  replace(domains: Iterable<Domain>): void {
    const next = new Map<string, Domain>();
    for (const domain of domains) {
      const key = domain.name.toLowerCase();
      if (key !== '' && !next.has(key)) next.set(key, domain);
    }
    this.#domains = next;
  }

  /** Whether a request to this host is for us. With no domain listed every host is. */
  serves(host: string): boolean {
    return this.#domains.size === 0 || this.#domains.has(host.toLowerCase());
  }

  find(host: string): Domain | undefined {
    return this.#domains.get(host.toLowerCase());
  }

  get size(): number {
    return this.#domains.size;
  }

  rows(): Domain[] {
    return [...this.#domains.values()];
  }
}

/** The domains that a configuration names; with autodomain also what we are called and where we listen. */
export function domainsOf(general: General, ours: readonly string[]): Domain[] {
  const configured = general.domain.map(({ name, context }): Domain => ({ name, context, source: 'Configured' }));
  if (!general.autodomain) return configured;
  const { udpbindaddr, tcpbindaddr, tlsbindaddr, externaddr, externhost } = general;
  const bound = [udpbindaddr, tcpbindaddr, tlsbindaddr, externaddr, externhost].map(({ host }) => host);
  const automatic = [...bound, ...ours].filter(name => name !== '' && name !== '0.0.0.0' && name !== '::');
  return [...configured, ...automatic.map((name): Domain => ({ name, context: '', source: 'Automatic' }))];
}
