/** The names under which SIP servers are listed (RFC 3263 §4.1, §4.2). */
import type { Protocol } from '../transport.js';
import type { Naptr } from './record.js';

/** WebSocket servers are not listed: their place is in the URI (RFC 7118 §5). */
const SERVICES: Readonly<Partial<Record<Protocol, { readonly srv: string; readonly naptr: string }>>> = {
  udp: { srv: '_sip._udp', naptr: 'SIP+D2U' },
  tcp: { srv: '_sip._tcp', naptr: 'SIP+D2T' },
  tls: { srv: '_sips._tcp', naptr: 'SIPS+D2T' },
};

/** Where the servers of a protocol are listed; undefined when they are not. */
export const serviceName = (protocol: Protocol, domain: string): string | undefined => {
  const service = SERVICES[protocol];
  return service && `${service.srv}.${domain}`;
};

export interface Listed {
  readonly protocol: Protocol;
  readonly name: string;
}

/** Of what a domain offers, what we speak, in the order that it wants. */
export function offered(records: readonly Naptr[], protocols: readonly Protocol[]): Listed[] {
  const found: Listed[] = [];
  const inOrder = records.toSorted((a, b) => a.order - b.order || a.preference - b.preference);
  for (const { flags, services, replacement } of inOrder) {
    const protocol = protocols.find(one => SERVICES[one]?.naptr === services.toUpperCase());
    if (protocol && flags.toLowerCase() === 's') found.push({ protocol, name: replacement });
  }
  return found;
}
