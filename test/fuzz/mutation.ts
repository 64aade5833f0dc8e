/** Ways to spoil a message: octet by octet, by lines, headers, parameters, and as a whole. */
import type { Chance } from '../support/chance.js';

type Mutation = (text: string, chance: Chance, corpus: readonly string[]) => string;

const ODD = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '"',
  '<',
  '>',
  ';',
  ',',
  ':',
  '@',
  '=',
  '%00',
  '%',
  '\\',
  '\x7f',
  '\xff',
  '\xc3\x28',
  '[',
  ']',
  '\t',
  ' ',
];
const NUMBERS = [
  '0',
  '-1',
  '1',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '18446744073709551616',
  '9'.repeat(300),
  '1e9',
  '0x10',
  '',
];
const NAMES = [
  'Via',
  'v',
  'From',
  'f',
  'To',
  't',
  'Call-ID',
  'i',
  'CSeq',
  'Contact',
  'm',
  'Content-Length',
  'l',
  'Content-Type',
  'c',
  'Expires',
  'Route',
  'Record-Route',
  'Require',
  'Supported',
  'k',
  'Path',
  'Authorization',
  'Proxy-Authorization',
  'Session-Expires',
  'x',
  'Min-SE',
  'RAck',
  'RSeq',
  'Replaces',
  'Refer-To',
  'P-Asserted-Identity',
  'Remote-Party-ID',
  'Diversion',
  'Event',
  'Accept',
  'User-Agent',
  'Alert-Info',
  'Max-Forwards',
];
const PARAMETERS = [
  ';branch=',
  ';tag=',
  ';rport',
  ';received=',
  ';maddr=',
  ';ttl=',
  ';transport=',
  ';lr',
  ';expires=',
  ';q=',
  ';reg-id=',
  ';+sip.instance="<',
  ';ob',
  ';gr=',
  ';user=',
  ';node=',
  ';refresher=',
  ';cause=',
];
const STARTS = [
  'SIP/2.0 200 OK',
  'SIP/2.0 100 Trying',
  'SIP/2.0 401 Unauthorized',
  'SIP/2.0 999 x',
  'SIP/2.0 0',
  'SIP/3.0 200 OK',
  'INVITE sip:600@127.0.0.1 SIP/2.0',
  'CANCEL sip:600@127.0.0.1 SIP/2.0',
  'ACK sip:600@127.0.0.1 SIP/2.0',
  'REGISTER sip: SIP/2.0',
  'OPTIONS tel:1 SIP/2.0',
  'INVITE',
  'INVITE  sip:a SIP/2.0',
  'invite sip:a SIP/2.0',
  'BYE sip:a@[::1] SIP/2.0',
];
const LENGTHS = [2, 16, 64, 255, 256, 1024, 4096, 20_000];

const put = (text: string, at: number, drop: number, what: string): string =>
  text.slice(0, at) + what + text.slice(at + drop);
const place = (text: string, chance: Chance): number => chance.below(text.length + 1);

/** Something done to one of the lines of the head. */
function onLine(text: string, chance: Chance, change: (line: string, lines: string[], at: number) => string[]): string {
  const lines = text.split('\r\n');
  const end = Math.max(1, lines.indexOf(''));
  const at = chance.below(end);
  lines.splice(at, 1, ...change(lines[at] ?? '', lines, at));
  return lines.join('\r\n');
}

const valued = (line: string, value: string): string => `${line.slice(0, line.indexOf(':') + 1)} ${value}`;

const OCTETS: readonly Mutation[] = [
  (text, chance) => put(text, place(text, chance), 1, String.fromCharCode(chance.below(256))),
  (text, chance) => put(text, place(text, chance), 0, chance.pick(ODD)),
  (text, chance) => put(text, place(text, chance), 1 + chance.below(40), ''),
  (text, chance) => put(text, place(text, chance), chance.below(4), chance.pick(ODD)),
  (text, chance) => {
    const at = place(text, chance);
    return put(text, at, 0, text.slice(at, at + chance.below(200)));
  },
];

const LINES: readonly Mutation[] = [
  (text, chance) => onLine(text, chance, () => []),
  (text, chance) => onLine(text, chance, line => [line, line]),
  (text, chance) => onLine(text, chance, line => Array<string>(chance.pick([10, 100, 500])).fill(line)),
  (text, chance) => onLine(text, chance, line => [line.slice(0, line.length / 2), ` ${line.slice(line.length / 2)}`]),
  (text, chance) => onLine(text, chance, line => ['', line]),
  (text, chance) => onLine(text, chance, (line, lines) => [chance.pick(lines), line]),
  text => text.replaceAll('\r\n', '\n'),
];

const HEADERS: readonly Mutation[] = [
  (text, chance) => onLine(text, chance, line => [`${chance.pick(NAMES)}${line.slice(line.indexOf(':'))}`]),
  (text, chance, corpus) =>
    onLine(text, chance, line => {
      const other = chance.pick(corpus).split('\r\n');
      return [line, chance.pick(other)];
    }),
  (text, chance) => onLine(text, chance, line => [valued(line, '')]),
  (text, chance) => onLine(text, chance, line => [valued(line, chance.pick(ODD).repeat(chance.pick(LENGTHS)))]),
  (text, chance) => onLine(text, chance, line => [valued(line, 'a'.repeat(chance.pick(LENGTHS)))]),
  (text, chance) =>
    onLine(text, chance, line => [`${line}${`, ${line.slice(line.indexOf(':') + 1)}`.repeat(chance.below(60))}`]),
  (text, chance) => onLine(text, chance, line => [line, `${chance.pick(NAMES)}: ${chance.pick(NUMBERS)}`]),
];

const PARTS: readonly Mutation[] = [
  (text, chance) => onLine(text, chance, line => [`${line}${chance.pick(PARAMETERS)}${chance.pick(NUMBERS)}`]),
  (text, chance) => onLine(text, chance, line => [`${line}${chance.pick(PARAMETERS)}${chance.pick(ODD)}`]),
  (text, chance) => onLine(text, chance, line => [line.replace(/;[^;]*$/, '')]),
  (text, chance) => onLine(text, chance, line => [line.replace(/;/g, ';;')]),
  (text, chance) => onLine(text, chance, line => [line.replace(/\d+/, () => chance.pick(NUMBERS))]),
  (text, chance) => onLine(text, chance, line => [line.replace(/=[^;>]*/, () => `="${chance.pick(ODD)}`)]),
  (text, chance) =>
    onLine(text, chance, line => [
      line.replace(/sips?:/, () => chance.pick(['tel:', 'http:', 'sip:sip:', 'sips:', ':', '*'])),
    ]),
  (text, chance) =>
    onLine(text, chance, line => [
      line.replace(/127\.0\.0\.1/, () => chance.pick(['[::1]', '[::', '1.2', 'a..b', 'x'.repeat(300), ''])),
    ]),
];

const WHOLE: readonly Mutation[] = [
  (text, chance) => text.slice(0, place(text, chance)),
  (text, chance) => text.replace(/^[^\r\n]*/, () => chance.pick(STARTS)),
  (text, chance) =>
    text.replace(/^(content-length|l)\s*:\s*\d*/im, (_whole, name) => `${name}: ${chance.pick(NUMBERS)}`),
  (text, chance, corpus) => text + chance.pick(corpus),
  (text, chance, corpus) => text.slice(0, text.indexOf('\r\n\r\n') + 4) + chance.pick(corpus),
  (text, chance) =>
    text.replace(/^\w+/, () =>
      chance.pick([
        'INVITE',
        'REGISTER',
        'OPTIONS',
        'BYE',
        'CANCEL',
        'ACK',
        'PRACK',
        'UPDATE',
        'INFO',
        'SUBSCRIBE',
        'REFER',
        'X',
      ]),
    ),
  text => text,
];

const LEVELS = [OCTETS, LINES, HEADERS, PARTS, WHOLE];

/** How often a message is spoilt: mostly once, as what is spoilt all over goes no further than the parser. */
const TIMES = [0, 1, 1, 1, 1, 1, 2, 2, 3, 4];
/** Octets that a datagram can have over loopback. */
const LONGEST = 60_000;

/** Of the corpus one message, spoilt in up to four ways; half of them with a branch and a Call-ID that nobody has used. */
export function mutated(chance: Chance, corpus: readonly string[], serial: number): string {
  let text = chance.pick(corpus);
  if (chance.happens(0.5)) {
    text = text
      .replace(/branch=z9hG4bK/, `branch=z9hG4bK${chance.seed}x${serial}`)
      .replace(/^((?:Call-ID|i)\s*:\s*)/im, `$1${chance.seed}x${serial}`);
  }
  for (let left = chance.pick(TIMES); left > 0; left -= 1)
    text = chance.pick(chance.pick(LEVELS))(text, chance, corpus);
  return text.slice(0, LONGEST);
}
