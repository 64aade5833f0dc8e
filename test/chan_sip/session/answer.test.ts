/** Offers and what we answer them with: RFC 3264, RFC 4317, the recordings, and what must be declined. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../../../modules/chan_sip/options/device.js';
import { parseSdp } from '../../../modules/chan_sip/session/sdp.js';
import fc from '../../support/property.js';
import { mediaOf, phoneSdp, SessionStage, sdpOf, termsOf } from './session-stage.js';

const KEYS = 'a=rtpmap:101 telephone-event/8000';

/** What a device answers: the lines from m= on, or why not. */
async function answered(offer: string, options: Partial<Device> = {}): Promise<readonly string[] | string> {
  const stage = new SessionStage();
  const session = await stage.open(termsOf(options));
  const answer = session.answer(offer);
  return 'fault' in answer ? `${answer.fault}: ${answer.why}` : mediaOf(answer.sdp);
}

const codecs = (...names: string[]) => ({ allow: names.map(name => ({ name })) });

/** Attributes of ours that stand in every answer. */
const usual = (most = 140, direction = 'sendrecv') => [
  'a=silenceSupp:off - - - -',
  `a=maxptime:${most}`,
  `a=${direction}`,
];

test('an INVITE to 600 is answered as recorded, line by line', async () => {
  const stage = new SessionStage();
  const session = await stage.open(termsOf({}, {}, { sdpsession: 'Asterisk PBX GIT-20-516d2c60ac' }));
  const offer = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...['m=audio 30000 RTP/AVP 8 0 101', 'a=rtpmap:101 telephone-event/8000', ''],
  ].join('\r\n');
  const answer = sdpOf(session.answer(offer));
  const id = /^o=root (\d+) /m.exec(answer)?.[1];
  assert.equal(
    answer,
    [
      'v=0',
      `o=root ${id} ${id} IN IP4 127.0.0.1`,
      's=Asterisk PBX GIT-20-516d2c60ac',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${stage.rtp.local.port} RTP/AVP 0 8 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=silenceSupp:off - - - -',
      'a=maxptime:140',
      'a=sendrecv',
      '',
    ].join('\r\n'),
  );
});

const answers: [what: string, offer: string, options: Partial<Device>, lines: readonly string[]][] = [
  [
    'one codec in common (RFC 4317 §2.1)',
    phoneSdp([
      'm=audio 49170 RTP/AVP 0 8 97',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:97 iLBC/8000',
      'm=video 51372 RTP/AVP 31 32',
    ]),
    codecs('ulaw'),
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual(), 'm=video 0 RTP/AVP 31 32'],
  ],
  [
    'their numbers of codecs that have none of their own (RFC 3264 §6.1)',
    phoneSdp(['m=audio 4000 RTP/AVP 100 96', 'a=rtpmap:100 opus/48000/2', 'a=rtpmap:96 telephone-event/8000']),
    codecs('opus'),
    [
      'm=audio 13814 RTP/AVP 100 96',
      'a=rtpmap:100 opus/48000/2',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-16',
      ...usual(60),
    ],
  ],
  [
    'parameters of a codec stand behind its name; the shortest of the longest packets counts',
    phoneSdp(['m=audio 4000 RTP/AVP 0 18']),
    codecs('g729', 'ulaw'),
    ['m=audio 13814 RTP/AVP 18 0', 'a=rtpmap:18 G729/8000', 'a=fmtp:18 annexb=no', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'G.722 has the clock that was written down wrong',
    phoneSdp(['m=audio 4000 RTP/AVP 9', 'a=rtpmap:9 G722/8000']),
    codecs('g722'),
    ['m=audio 13814 RTP/AVP 9', 'a=rtpmap:9 G722/8000', ...usual()],
  ],
  [
    'the best codec alone',
    phoneSdp(['m=audio 4000 RTP/AVP 8 0']),
    { preferred_codec_only: true },
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'a packet size of ours',
    phoneSdp(['m=audio 4000 RTP/AVP 0', 'a=ptime:60']),
    { allow: [{ name: 'ulaw', framing: 30 }] },
    [
      'm=audio 13814 RTP/AVP 0',
      'a=rtpmap:0 PCMU/8000',
      'a=silenceSupp:off - - - -',
      'a=ptime:30',
      'a=maxptime:140',
      'a=sendrecv',
    ],
  ],
  [
    'a packet size of ours that is no number of whole frames',
    phoneSdp(['m=audio 4000 RTP/AVP 18']),
    { allow: [{ name: 'g729', framing: 33 }] },
    [
      ...['m=audio 13814 RTP/AVP 18', 'a=rtpmap:18 G729/8000', 'a=fmtp:18 annexb=no', 'a=silenceSupp:off - - - -'],
      ...['a=ptime:30', 'a=maxptime:230', 'a=sendrecv'],
    ],
  ],
  [
    'a packet size of theirs',
    phoneSdp(['m=audio 4000 RTP/AVP 0', 'a=ptime:60']),
    { ...codecs('ulaw'), autoframing: true },
    [
      'm=audio 13814 RTP/AVP 0',
      'a=rtpmap:0 PCMU/8000',
      'a=silenceSupp:off - - - -',
      'a=ptime:60',
      'a=maxptime:140',
      'a=sendrecv',
    ],
  ],
  [
    'no keys in RTP where they go another way',
    phoneSdp(['m=audio 4000 RTP/AVP 0 101', KEYS]),
    { ...codecs('ulaw'), dtmfmode: 'info' },
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'G.726 under its plain name is the other one for g726nonstandard',
    phoneSdp(['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 G726-32/8000']),
    { ...codecs('g726aal2'), g726nonstandard: true },
    ['m=audio 13814 RTP/AVP 96', 'a=rtpmap:96 G726-32/8000', ...usual(300)],
  ],
  [
    'feedback is answered with feedback',
    phoneSdp(['m=audio 4000 RTP/AVPF 0']),
    codecs('ulaw'),
    ['m=audio 13814 RTP/AVPF 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'keys of encryption beside a stream in clear do not count',
    phoneSdp(['m=audio 4000 RTP/AVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA']),
    codecs('ulaw'),
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'an encrypted stream is declined for one in clear',
    phoneSdp(['m=audio 4000 RTP/SAVP 0', 'm=audio 4002 RTP/AVP 0']),
    codecs('ulaw'),
    ['m=audio 0 RTP/SAVP 0', 'm=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
  [
    'a second stream of audio, fax, text and what nobody knows are declined, each with its own line',
    phoneSdp([
      ...['m=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/AVP 0', 'm=image 4004 udptl t38', 'm=text 4006 RTP/AVP 98'],
      ...['m=application 9 UDP/BFCP *', 'm=constructor 9 constructor x'],
    ]),
    codecs('ulaw'),
    [
      ...['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual(), 'm=audio 0 RTP/AVP 0', 'm=image 0 udptl t38'],
      ...['m=text 0 RTP/AVP 98', 'm=application 0 UDP/BFCP *', 'm=constructor 0 constructor x'],
    ],
  ],
  ...(
    [
      ['sendonly', 'recvonly'],
      ['recvonly', 'sendonly'],
      ['inactive', 'inactive'],
      ['sendrecv', 'sendrecv'],
    ] as const
  ).map(([theirs, ours]): (typeof answers)[number] => [
    `${theirs} is answered with ${ours}`,
    phoneSdp(['m=audio 4000 RTP/AVP 0', `a=${theirs}`]),
    codecs('ulaw'),
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual(140, ours)],
  ]),
  [
    'an address of zeros is a hold (RFC 3264 §8.4)',
    phoneSdp(['m=audio 4000 RTP/AVP 0'], { address: '0.0.0.0' }),
    codecs('ulaw'),
    ['m=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual(140, 'recvonly')],
  ],
  [
    'video without audio in common order: its line stays first',
    phoneSdp(['m=video 4000 RTP/AVP 34', 'm=audio 4002 RTP/AVP 0']),
    codecs('ulaw', 'h263'),
    ['m=video 0 RTP/AVP 34', 'm=audio 13814 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ...usual()],
  ],
];

for (const [what, offer, options, lines] of answers) {
  test(`answered: ${what}`, async () => assert.deepEqual(await answered(offer, options), lines));
}

const refusals: [what: string, media: readonly string[], why: RegExp][] = [
  ['no codec in common', ['m=audio 4000 RTP/AVP 18 97', 'a=rtpmap:97 iLBC/8000'], /^unacceptable: there is no codec/],
  ['a number that means nothing here', ['m=audio 4000 RTP/AVP 96'], /^unacceptable: there is no codec/],
  ['keys alone', ['m=audio 4000 RTP/AVP 101', KEYS], /^unacceptable: there is no codec/],
  ['a codec of another rate', ['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 PCMU/16000'], /^unacceptable/],
  [
    'encryption',
    ['m=audio 4000 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'],
    /there is no RTP\/SAVP here/,
  ],
  ['DTLS', ['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=fingerprint:sha-256 00'], /there is no UDP\/TLS\/RTP\/SAVPF here/],
  ['fax alone', ['m=image 4000 udptl t38'], /^unacceptable: it offers no audio/],
  ['declined audio', ['m=audio 0 RTP/AVP 0'], /^unacceptable: the audio is declined/],
  ['another family of addresses', ['m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::1'], /^unacceptable: its address/],
];

for (const [what, media, why] of refusals) {
  test(`not acceptable: ${what}`, async () => assert.match(String(await answered(phoneSdp(media))), why));
}

test('AST-2012-001: encrypted video is declined while video is off, and the audio beside it is not', async () => {
  const offer = phoneSdp([
    'm=audio 4000 RTP/AVP 0',
    'm=video 4002 RTP/SAVP 99',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA',
  ]);
  const lines = await answered(offer);
  assert.equal(lines[0], 'm=audio 13814 RTP/AVP 0');
  assert.equal(lines.at(-1), 'm=video 0 RTP/SAVP 99');
});

for (const [advisory, attribute] of [
  ['ASA-2007-010', `a=T38FaxRateManagement:${'x'.repeat(600)}`],
  ['AST-2010-001', 'a=T38FaxMaxDatagram:-99999999999999999999'],
] as const) {
  test(`${advisory}: parameters of fax are not looked at, as fax is declined`, async () => {
    const lines = await answered(phoneSdp(['m=audio 4000 RTP/AVP 0', 'm=image 4002 udptl t38', attribute]));
    assert.equal(lines.at(-1), 'm=image 0 udptl t38');
  });
}

const UNREAD: [advisory: string, media: string, attributes: string[]][] = [
  [
    'AST-2011-002, AST-2016-003',
    'm=image 4002 udptl t38',
    ['a=T38FaxMaxDatagram:9999', 'a=T38FaxUdpEC:t38UDPRedundancy'],
  ],
  [
    'GHSA-j2mm-57pq-jh94',
    'm=text 4002 RTP/AVP 98 100',
    ['a=rtpmap:98 t140/1000', 'a=rtpmap:100 red/1000', 'a=fmtp:100 98/98/98'],
  ],
  ['GHSA-hxj9-xwr8-w8pq', 'm=audio 4002 UDP/TLS/RTP/SAVPF 0', ['a=setup:actpass', 'a=fingerprint:SHA-256 AA:BB']],
];

for (const [advisory, media, attributes] of UNREAD) {
  test(`${advisory}: there is no port for '${media}', so nothing of it can come`, async () => {
    const stage = new SessionStage();
    const session = await stage.open(termsOf({}));
    const answer = session.answer(phoneSdp(['m=audio 4000 RTP/AVP 0', media, ...attributes]));
    assert.ok('sdp' in answer);
    const last = answer.sdp
      .split('\r\n')
      .filter(line => line.startsWith('m='))
      .at(-1);
    assert.equal(last, media.replace('4002', '0'));
    assert.equal(answer.sdp.match(/^m=\S+ [1-9]/gm)!.length, 1);
  });
}

test('an answer has as many lines m= as the offer, of the same kinds in the same order, one of them open', async () => {
  const stream = fc.record({
    kind: fc.constantFrom('audio', 'video', 'image', 'text'),
    port: fc.nat(65_535),
    protocol: fc.constantFrom('RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'udptl'),
    words: fc.constantFrom('0', '8 101', '96 97', 't38'),
    direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
  });
  const session = await new SessionStage().open(termsOf({ ignoresdpversion: true }));
  fc.assert(
    fc.property(fc.array(stream, { minLength: 1, maxLength: 8 }), streams => {
      const offer = phoneSdp(
        streams.flatMap(({ kind, port, protocol, words, direction }) => [
          `m=${kind} ${port} ${protocol} ${words}`,
          `a=${direction}`,
        ]),
      );
      const answer = session.answer(offer);
      if ('fault' in answer) return;
      const read = parseSdp(answer.sdp);
      assert.ok(!('fault' in read));
      const kinds = (all: readonly { kind: string; protocol: string }[]) =>
        all.map(({ kind, protocol }) => [kind, protocol]);
      assert.deepEqual(kinds(read.streams), kinds(streams));
      assert.equal(read.streams.filter(({ port }) => port !== 0).length, 1);
    }),
  );
});
