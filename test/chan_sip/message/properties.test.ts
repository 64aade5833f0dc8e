import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAddress } from '../../../modules/chan_sip/message/address.js';
import { refusal, response } from '../../../modules/chan_sip/message/build.js';
import { formatCredentials, parseAsked, parseCredentials } from '../../../modules/chan_sip/message/digest.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { decode } from '../../../modules/chan_sip/message/octets.js';
import { Params } from '../../../modules/chan_sip/message/params.js';
import { ParseError, parse } from '../../../modules/chan_sip/message/parser.js';
import { hostPort, parseUri, percentDecode } from '../../../modules/chan_sip/message/uri.js';
import fc from '../../support/property.js';
import { recorded } from '../recorded.js';

const TORTURE = join(__dirname, '../../../../test/torture');
const torture = ['rfc4475', 'rfc5118-wire'].flatMap(directory =>
  readdirSync(join(TORTURE, directory)).map(file => readFileSync(join(TORTURE, directory, file), 'latin1')),
);
const corpus = [...torture, ...recorded().flatMap(({ request, answers }) => [request, ...answers])];

/** Pieces that decide something, and any octets. */
const piece = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\0',
    '"',
    '<',
    '>',
    ';',
    ',',
    ':',
    '@',
    '=',
    ' ',
    '\t',
    '\\',
    '%00',
    '[',
    ']',
    '?',
    '/',
    '\r\n ',
  ),
  fc.constantFrom(
    '\r\nTo: x',
    '\r\nv: SIP/2.0/UDP h',
    '\r\nl: 9',
    'SIP/2.0',
    '\r\nRecord-Route: <sip:r>',
    '\r\nm: <sip:a@b',
  ),
  fc.uint8Array({ maxLength: 8 }).map(octets => Buffer.from(octets).toString('latin1')),
);

/** A message of the corpus in which a few places were overwritten, filled or emptied. */
const mutated = fc
  .tuple(fc.constantFrom(...corpus), fc.array(fc.tuple(fc.nat(4000), fc.nat(12), piece), { maxLength: 4 }))
  .map(([text, cuts]) =>
    cuts.reduce((now, [at, length, put]) => {
      const from = at % (now.length + 1);
      return now.slice(0, from) + put + now.slice(from + length);
    }, text),
  );

const source = { address: '192.0.2.9', port: 5099 };
const answer = { source, rport: true, block: 'Server: X\r\n', toTag: 'as1' };

/** Reads all there is to read. Nothing of a parsed message may throw. */
const readAll = (message: Message): void => {
  const { requestUri: uri, via, from, to, contacts } = message.kind === 'request' ? message : { ...view(message) };
  for (const params of [uri?.params, via.params, from.params, to.params, ...contacts.map(one => one.params)]) {
    if (params) void [...params.entries()];
  }
  void [message.method, message.callId, message.cseq, message.expires, decode(message.text), message.list('Via')];
  parseCredentials(message.header('Authorization'));
};
const view = ({ via, from, to, contacts }: Message) => ({ requestUri: undefined, via, from, to, contacts });

const headOf = (text: string): string => text.slice(0, text.indexOf('\r\n\r\n') + 4);

const wellFormed = (text: string): void => {
  assert.doesNotMatch(headOf(text), /\0|\r(?!\n)|(?<!\r)\n|\r\n[ \t]/);
  for (const line of headOf(text).split('\r\n').slice(1, -2)) assert.match(line, /^[A-Za-z-]+: /);
};

const check = (data: string): void => {
  let message: Message;
  try {
    message = parse(Buffer.from(data, 'latin1'));
  } catch (error) {
    assert.ok(error instanceof ParseError, String(error));
    assert.ok([0, 400, 505].includes(error.status));
    const text = refusal(error, answer);
    if (text !== undefined) wellFormed(text);
    return;
  }
  readAll(message);
  if (message.kind === 'response') return;
  const text = response(message, { ...answer, status: 200, reason: 'OK' });
  wellFormed(text);
  const again = parse(text);
  assert.deepEqual([again.status, again.method, again.cseq], [200, message.method, message.cseq]);
  assert.equal(again.list('Via').length, message.list('Via').length);
  assert.equal(again.via.params.get('received'), source.address);
  assert.equal(again.via.params.get('rport'), '5099');
  assert.deepEqual([again.via.branch, again.callId], [message.via.branch, message.callId]);
  assert.equal(again.from.params.get('tag'), message.from.params.get('tag'));
  assert.equal(again.to.params.get('tag'), message.to.params.get('tag') ?? 'as1');
};

test('any octets are parsed or refused, never anything else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), octets => check(Buffer.from(octets).toString('latin1'))));
  fc.assert(
    fc.property(
      fc.array(piece).map(pieces => pieces.join('')),
      check,
    ),
  );
});

test('a spoilt message is parsed or refused; what is parsed is answered well-formed', () => {
  fc.assert(fc.property(mutated, check), { numRuns: 1500 });
});

test('header values that callers give never forge a line', () => {
  const message = parse(recorded()[0]!.request);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, reason) => {
      const text = response(message, { ...answer, status: 400, reason, toTag: value, headers: [['Reason', value]] });
      wellFormed(Buffer.from(text, 'latin1').toString('latin1'));
    }),
  );
});

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~!*+'), minLength: 1, maxLength: 12 });
const name = fc.string({ unit: fc.constantFrom(...'abcdefxyz-'), minLength: 1, maxLength: 8 });
const quotedText = fc.string({ unit: fc.constantFrom(...'ab;,=<>" \\@\xc3\xa0') });
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

test('Params give back what was written', () => {
  const pairs = fc.uniqueArray(fc.tuple(name, fc.oneof(word, quotedText)), { selector: ([key]) => key, maxLength: 6 });
  fc.assert(
    fc.property(pairs, written => {
      const text = written.map(([key, value]) => `;${key}=${quote(value)}`).join('');
      const params = new Params(text);
      const shouted = new Params(written.map(([key, value]) => `;${key.toUpperCase()}=${quote(value)}`).join(''));
      for (const read of [params, shouted])
        assert.deepEqual(
          written.map(([key]) => read.get(key)),
          written.map(([, value]) => value),
        );
      assert.equal([...params.entries()].map(([key, value]) => `;${key}=${value}`).join(''), text);
    }),
  );
});

const user = fc.string({ unit: fc.constantFrom(..."abc019-_.!~*'();?/&=+$,#"), minLength: 1, maxLength: 12 });
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().filter(text => /^[0-9a-f:.]+$/i.test(text)),
);
const uri = fc.record(
  {
    scheme: fc.constantFrom('sip', 'sips'),
    user: fc.option(user, { nil: undefined }),
    host,
    port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    params: fc.array(fc.tuple(name, word), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);
const formatted = (parts: typeof uri extends fc.Arbitrary<infer T> ? T : never): string =>
  `${parts.scheme}:${parts.user === undefined ? '' : `${parts.user}@`}${hostPort(parts.host, parts.port)}${parts.params
    .map(([key, value]) => `;${key}=${value}`)
    .join('')}`;

test('a URI gives back its parts', () => {
  fc.assert(
    fc.property(uri, parts => {
      const { scheme, user, host, port, params, text } = parseUri(formatted(parts));
      assert.deepEqual({ scheme, user, host, port, params: [...params.entries()] }, parts);
      assert.equal(parseUri(text).text, formatted(parts));
    }),
  );
});

test('an address gives back its name, URI and tag', () => {
  fc.assert(
    fc.property(uri, fc.option(quotedText, { nil: undefined }), word, (parts, display, tag) => {
      const text = `${display === undefined ? '' : quote(display)}<${formatted(parts)}>;tag=${tag}`;
      const address = parseAddress(text);
      assert.deepEqual(
        [address.display, address.uri.text, address.params.get('tag')],
        [display, formatted(parts), tag],
      );
    }),
  );
});

test('%-decoding undoes encoding and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      percentDecode(text);
      const octets = Buffer.from(text, 'utf8');
      const escaped = [...octets].map(octet => `%${octet.toString(16).padStart(2, '0')}`).join('');
      assert.equal(percentDecode(escaped), octets.toString('latin1'));
    }),
  );
});

/** Header values of digest authentication: its words, in and out of place. */
const digestText = fc
  .array(
    fc.oneof(
      fc.constantFrom('Digest ', 'username=', 'realm="r"', 'nonce="n"', 'qop="auth"', 'algorithm=MD5', 'stale=true'),
      fc.constantFrom(', ', ',', '=', '"', '\\', ' ', '\t'),
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 6 }),
    ),
    { maxLength: 20 },
  )
  .map(pieces => pieces.join(''));

test('no text makes the readers of digest headers throw', () => {
  fc.assert(
    fc.property(digestText, text => {
      for (const header of [text, `Digest ${text}`]) {
        parseCredentials(header);
        parseAsked(header);
      }
    }),
  );
});

test('credentials that were read are the same when written and read again', () => {
  fc.assert(
    fc.property(digestText, text => {
      const read = parseCredentials(`Digest ${text}`);
      // What is written bare must be what can stand bare, as with all that we write.
      if (!read || [read.response, read.algorithm, read.qop, read.nc].some(one => one && !/^[\w-]+$/.test(one))) return;
      const whole = { ...read, algorithm: read.algorithm || 'MD5', qop: read.qop || undefined };
      const wanted = whole.qop
        ? { ...whole, nc: whole.nc || '1', cnonce: whole.cnonce ?? '' }
        : { ...whole, nc: undefined, cnonce: undefined };
      assert.deepEqual(parseCredentials(formatCredentials(wanted)), wanted);
    }),
  );
});
