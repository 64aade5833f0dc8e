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
  readonly long: string;
  /** The long name in lower case. */
  readonly key: string;
  /** The compact form in lower case; '' when there is none. */
  readonly compact: string;
}

const name = ({ long, compact = '' }: Row): HeaderName => ({ long, key: long.toLowerCase(), compact });

const spellings = new Map<string, HeaderName>();
for (const known of rows.map(name)) {
  for (const spelling of [known.long, known.key, known.compact]) if (spelling) spellings.set(spelling, known);
}

/** What a spelling stands for: long or compact, in any case, known or not. */
export const headerName = (spelling: string): HeaderName =>
  spellings.get(spelling) ?? spellings.get(spelling.toLowerCase()) ?? name({ long: spelling });

/** A spelling, long or compact, of a header of which a message may have one. */
interface OnceName {
  readonly key: string;
  /** The long name. */
  readonly name: string;
  /** A bit of its own. */
  readonly bit: number;
}

/** Those headers by the first octet of their spellings: most lines of a message begin with another. */
export const ONCE: readonly (readonly OnceName[] | undefined)[] = byFirstOctet();

function byFirstOctet(): OnceName[][] {
  const table: OnceName[][] = [];
  rows
    .filter(row => row.once)
    .forEach(({ long, compact }, index) => {
      for (const key of [long.toLowerCase(), compact]) {
        if (key) (table[key.charCodeAt(0)] ??= []).push({ key, name: long, bit: 1 << index });
      }
    });
  return table;
}
