/** SDP as text: what is read of it, what is refused, and what no text may do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Description, formatSdp, parseSdp } from '../../../modules/chan_sip/session/sdp.js';
import fc from '../../support/property.js';
import { phoneSdp } from './session-stage.js';

const read = (text: string): Description => {
  const read = parseSdp(text);
  assert.ok(!('fault' in read), 'it was refused');
  return read;
};

const refused = (text: string): string => {
  const read = parseSdp(text);
  assert.ok('fault' in read, 'it was read');
  return read.why;
};

test('a stream has its numbers, names, address, direction and packet length', () => {
  const { origin, streams } = read(
    phoneSdp(
      [
        'm=audio 30000/2 RTP/AVP 8 0 101',
        'c=IN IP4 192.0.2.7',
        'b=AS:64',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=fmtp:101 0-15',
        'a=ptime:30',
        'a=maxptime:120',
        'a=rtcp:30009 IN IP4 192.0.2.8',
        'a=sendonly',
      ],
      { version: 7 },
    ),
  );
  assert.deepEqual(origin, { session: '- 1 IN IP4 127.0.0.1', version: 7n });
  assert.deepEqual(streams, [
    {
      kind: 'audio',
      port: 30_000,
      protocol: 'RTP/AVP',
      words: '8 0 101',
      payloads: [8, 0, 101],
      address: '192.0.2.7',
      rtpmaps: new Map([
        [101, { encoding: 'telephone-event', clock: 8000, channels: 1 }],
        [8, { encoding: 'PCMA', clock: 8000, channels: 1 }],
      ]),
      direction: 'sendonly',
      ptime: 30,
      maxptime: 120,
      rtcp: { address: '192.0.2.8', port: 30_009 },
    },
  ]);
});

test('lines that end in LF or CR alone, with blanks behind them, are read alike', () => {
  const text = phoneSdp(['m=audio 4000 RTP/AVP 0', 'a=inactive']);
  for (const end of ['\n', '\r', ' \r\n']) assert.deepEqual(read(text.replaceAll('\r\n', end)), read(text));
});

test('what the session says holds for a stream that says nothing else', () => {
  const { streams } = read(
    phoneSdp(['a=recvonly', 'm=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/AVP 0', 'c=IN IP4 192.0.2.1', 'a=sendrecv']),
  );
  assert.deepEqual(
    streams.map(({ address, direction }) => [address, direction]),
    [
      ['127.0.0.1', 'recvonly'],
      ['192.0.2.1', 'sendrecv'],
    ],
  );
});

test('of the same attribute many times or with nonsense, none does harm', () => {
  const { streams } = read(
    phoneSdp([
      'm=audio 4000 RTP/AVP 0 0 -1 128 99999999999 99',
      'a=ptime:-20',
      'a=maxptime:999999999999999999999',
      'a=rtcp:70000',
      'a=rtpmap:99 speex/0',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:0 GSM/8000',
      'a=constructor:1',
      'a=__proto__:1',
      'x=unknown',
      'nonsense',
    ]),
  );
  const [stream] = streams;
  assert.deepEqual(stream?.payloads, [0, 99]);
  assert.deepEqual([stream?.ptime, stream?.maxptime, stream?.rtcp], [undefined, undefined, undefined]);
  assert.deepEqual([...stream!.rtpmaps], [[0, { encoding: 'PCMU', clock: 8000, channels: 1 }]]);
});

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n';
const AUDIO = 'm=audio 4000 RTP/AVP 0';

const refusals: [what: string, text: string, why: RegExp][] = [
  ['nothing', '', /begin with v=0/],
  ['no m=', phoneSdp([]), /no line m=/],
  ['no v=', phoneSdp([AUDIO]).slice(5), /begin with v=0/],
  ['a port above all ports', phoneSdp(['m=audio 65536 RTP/AVP 0']), /m= is not one/],
  ['a port below all ports', phoneSdp(['m=audio -1 RTP/AVP 0']), /m= is not one/],
  ['a stream without formats', phoneSdp(['m=audio 4000 RTP/AVP']), /m= is not one/],
  ['17 streams', phoneSdp(Array(17).fill(AUDIO)), /more than 16 lines m=/],
  ['more lines than anybody writes', phoneSdp([AUDIO, ...Array(500).fill('a=x')]), /more than 500 lines/],
  ['more text than anybody writes', phoneSdp([AUDIO, `a=${'x'.repeat(17_000)}`]), /longer than/],
  ['a group of hosts', phoneSdp([AUDIO], { address: '224.2.1.1' }), /c= has no address/],
  ['everybody', phoneSdp([AUDIO], { address: '255.255.255.255' }), /c= has no address/],
  ['a group of hosts with its range', phoneSdp([AUDIO], { address: '224.2.1.1/127' }), /c= has no address/],
  ['a group of hosts within IPv6', phoneSdp([AUDIO]).replace(/^c=.*$/m, 'c=IN IP6 ff02::1'), /c= has no address/],
  [
    'a group of hosts in the clothes of IPv6',
    phoneSdp([AUDIO]).replace(/^c=.*$/m, 'c=IN IP6 ::ffff:224.2.1.1'),
    /c= has/,
  ],
  ['a name', phoneSdp([AUDIO], { address: 'phone.example' }), /c= has no address/],
  ['IPv6 that says it is IPv4', phoneSdp([AUDIO], { address: '::1' }), /c= has no address/],
  ['an owner that is none', phoneSdp([AUDIO]).replace(/^o=.*$/m, 'o=x'), /o= is not one/],
];

for (const [what, text, why] of refusals) {
  test(`refused: ${what}`, () => assert.match(refused(text), why));
}

test('CVE-2007-1561: a second line c= whose address is none is refused', () => {
  assert.match(refused(phoneSdp(['c=IN IP4 none', AUDIO])), /c= has no address/);
  assert.match(refused(phoneSdp([AUDIO, 'c=IN IP4 192.0.2.1', 'c=IN IP4 999.1.1.1'])), /c= has no address/);
});

test('ASA-2007-011: of several lines c= the last counts', () => {
  assert.equal(read(phoneSdp(['c=IN IP4 192.0.2.1', 'c=IN IP4 192.0.2.2', AUDIO])).streams[0]?.address, '192.0.2.2');
});

test('AST-2008-002: of more than 32 rtpmap lines, and of numbers that are none, the rest is read', () => {
  const maps = Array.from({ length: 100 }, (_, at) => `a=rtpmap:${at} X${at}/8000`);
  assert.equal(read(phoneSdp([AUDIO, ...maps])).streams[0]?.rtpmaps.size, 32);
  const odd = ['a=rtpmap:257 PCMU/8000', 'a=rtpmap:-1 PCMU/8000', 'a=rtpmap:0 PCMU/8000'];
  assert.deepEqual([...read(phoneSdp([AUDIO, ...odd])).streams[0]!.rtpmaps.keys()], [0]);
});

test('AST-2009-005: numbers of tens of thousands of digits are refused, or are as if they were not there', () => {
  const digits = '9'.repeat(10_000);
  assert.match(refused(phoneSdp([AUDIO]).replace('- 1 1 IN', `- 1 ${digits} IN`)), /o= is not one/);
  assert.match(refused(phoneSdp([`m=audio ${digits} RTP/AVP 0`])), /m= is not one/);
  assert.equal(read(phoneSdp([AUDIO, `a=ptime:${digits}`])).streams[0]?.ptime, undefined);
  assert.equal(read(phoneSdp([AUDIO]).replace('t=0 0', `t=${digits} 0`)).streams.length, 1);
});

test('AST-2011-008: a NUL is refused, with whatever stands behind it', () => {
  assert.match(refused(`${phoneSdp([AUDIO])}\0m=audio 1 RTP/AVP 0`), /NUL/);
});

test('AST-2013-001: over-long values are passed over', () => {
  const { streams } = read(phoneSdp([AUDIO, `a=rtpmap:0 ${'H'.repeat(2000)}/8000`, `a=fmtp:0 ${'x'.repeat(5000)}`]));
  assert.equal(streams[0]?.rtpmaps.size, 0);
});

test('AST-2013-005: a line m= before or without any line c= is refused', () => {
  assert.match(refused(`${head}t=0 0\r\n${AUDIO}\r\n`), /no line c=/);
  assert.match(refused(`${head}${AUDIO}\r\n${AUDIO}\r\nc=IN IP4 127.0.0.1\r\n`), /no line c=/);
  assert.equal(read(`${head}${AUDIO}\r\nc=IN IP4 127.0.0.1\r\n`).streams.length, 1);
});

const line = fc.oneof(
  fc.constantFrom(
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    'c=IN IP4 127.0.0.1',
    'c=IN IP6 ::1',
    'm=audio 4000 RTP/AVP 0 8 101',
    'm=video 0 RTP/SAVPF 96',
    'a=rtpmap:101 telephone-event/8000',
    'a=rtpmap:96 opus/48000/2',
    'a=sendonly',
    'a=ptime:20',
    'a=rtcp:5 IN IP6 ::2',
  ),
  fc
    .tuple(fc.constantFrom('v=', 'o=', 'c=', 'm=', 'a=rtpmap:', 'a=rtcp:', 'a=ptime:', ''), fc.string())
    .map(parts => parts.join('')),
);

test('no text throws', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\r\n', '\n', '\r'), (lines, end) => {
      parseSdp(lines.join(end));
      parseSdp(['v=0', 'c=IN IP4 127.0.0.1', ...lines].join(end));
    }),
  );
});

test('what we write is read as what we meant, whatever the names are', () => {
  const name = fc.string({ maxLength: 40 });
  const own = fc.record({
    owner: name,
    id: fc.nat(),
    version: fc.nat(),
    origin: fc.constantFrom('127.0.0.1', '2001:db8::1'),
    name,
    address: fc.constantFrom('192.0.2.1', '2001:db8::2'),
    streams: fc.array(
      fc.record({
        kind: fc.constantFrom('audio', 'video'),
        port: fc.nat(65_535),
        protocol: fc.constantFrom('RTP/AVP', 'UDP/TLS/RTP/SAVPF'),
        words: fc.constantFrom('0', '0 8 101'),
        attributes: fc.constant(['rtpmap:101 telephone-event/8000', 'recvonly']),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  });
  fc.assert(
    fc.property(own, said => {
      const { origin, streams } = read(formatSdp(said));
      assert.equal(origin?.version, BigInt(said.version));
      assert.deepEqual(
        streams.map(({ kind, port, protocol, words, address, direction }) => [
          kind,
          port,
          protocol,
          words,
          address,
          direction,
        ]),
        said.streams.map(({ kind, port, protocol, words }) => [kind, port, protocol, words, said.address, 'recvonly']),
      );
    }),
  );
});
