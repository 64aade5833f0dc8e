/** The header names we know: the only list of them. RFC 3261 §7.3.3, §20 and the RFCs that define the others. */

interface Row {
  readonly long: string;
  readonly compact?: string;
  /** A second one makes the message a bad request: RFC 4475 §3.3.8, §3.3.9. */
  readonly once?: true;
}

const rows: readonly Row[] = [
  { long: 'Via', compact: 'v' },
  { long: 'From', compact: 'f', once: true },
  { long: 'To', compact: 't', once: true },
  { long: 'Call-ID', compact: 'i', once: true },
  { long: 'CSeq', once: true },
  { long: 'Max-Forwards', once: true },
  { long: 'Content-Length', compact: 'l', once: true },
  { long: 'Contact', compact: 'm' },
  { long: 'Expires' },
  { long: 'Authorization' },
  { long: 'User-Agent' },
  { long: 'Allow' },
  { long: 'Supported', compact: 'k' },
  { long: 'Require' },
  { long: 'Proxy-Require' },
  { long: 'Route' },
  { long: 'Record-Route' },
  { long: 'Path' },
  { long: 'Accept' },
  { long: 'Content-Type', compact: 'c' },
  { long: 'Content-Encoding', compact: 'e' },
  { long: 'Event', compact: 'o' },
  { long: 'Allow-Events', compact: 'u' },
  { long: 'Subject', compact: 's' },
  { long: 'Refer-To', compact: 'r' },
  { long: 'Referred-By', compact: 'b' },
  { long: 'Session-Expires', compact: 'x' },
  { long: 'Accept-Contact', compact: 'a' },
  { long: 'Reject-Contact', compact: 'j' },
  { long: 'Request-Disposition', compact: 'd' },
  { long: 'Identity', compact: 'y' },
  { long: 'Identity-Info', compact: 'n' },
  { long: 'Proxy-Authorization' },
  { long: 'WWW-Authenticate' },
  { long: 'Proxy-Authenticate' },
  { long: 'Server' },
  { long: 'Date' },
  { long: 'Privacy' },
  { long: 'P-Asserted-Identity' },
  { long: 'P-Preferred-Identity' },
  { long: 'P-Access-Network-Info' },
  { long: 'Remote-Party-ID' },
  { long: 'Diversion' },
  { long: 'Reason' },
  { long: 'Replaces' },
  { long: 'Min-SE' },
  { long: 'Min-Expires' },
  { long: 'Retry-After' },
  { long: 'Unsupported' },
  { long: 'Subscription-State' },
];

/** A header name as lines are found by. */
export interface HeaderName {
  /** The long name in lower case. */
  readonly key: string;
  readonly long: string;
  /** A bit of its own for a header that may stand once; else 0. */
  readonly once: number;
}

/** By every usual spelling, so that a line as phones write it costs one look-up. */
const spellings = new Map<string, HeaderName>();
for (const [index, { long, compact, once }] of rows.entries()) {
  const name: HeaderName = { key: long.toLowerCase(), long, once: once ? 1 << index : 0 };
  for (const spelling of [long, name.key]) spellings.set(spelling, name);
  if (compact) for (const spelling of [compact, compact.toUpperCase()]) spellings.set(spelling, name);
}

/** The known header that is spelt so, in any case, long or compact. */
export const knownHeader = (spelling: string): HeaderName | undefined =>
  spellings.get(spelling) ?? spellings.get(spelling.toLowerCase());

/** The long name in lower case of any header. */
export const headerKey = (spelling: string): string => knownHeader(spelling)?.key ?? spelling.toLowerCase();
