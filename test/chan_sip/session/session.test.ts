/** A session: offers and answers over the life of a call, and what RTP is told of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../modules/chan_sip/session/session.js';
import { mediaOf, phoneSdp, SessionStage, sdpOf, termsOf } from './session-stage.js';

const KEYS = 'a=rtpmap:101 telephone-event/8000';
const AUDIO = 'm=audio 4000 RTP/AVP 0 101';

const versionOf = (sdp: string): number => Number(/^o=\S+ (\d+) (\d+) /m.exec(sdp)?.[2]);

test('an agreement opens RTP both ways, under the numbers of both ends', async () => {
  const stage = new SessionStage();
  const session = await stage.open(
    termsOf({
      rtptimeout: 30,
      rtpholdtimeout: 300,
      rtpkeepalive: 15,
      nat: { forceRport: false, comedia: true, autoForceRport: false, autoComedia: false },
    }),
  );
  assert.deepEqual(session.formats, ['ulaw', 'alaw']);
  assert.equal(stage.rtp.flow, undefined);
  sdpOf(session.answer(phoneSdp(['m=audio 4000 RTP/AVP 8 0 97', 'a=rtpmap:97 telephone-event/8000', 'a=maxptime:10'])));
  assert.deepEqual(stage.rtp.flow, {
    remote: { address: '127.0.0.1', port: 4000 },
    rtcp: { address: '127.0.0.1', port: 4001 },
    send: { name: 'ulaw', payload: 0, ptime: 10 },
    receive: [
      { name: 'ulaw', payload: 0, ptime: 10 },
      { name: 'alaw', payload: 8, ptime: 10 },
    ],
    events: { send: 97, receive: 97 },
    tones: false,
    sends: true,
    receives: true,
    symmetric: true,
    timeout: 30_000,
    keepalive: 15_000,
  });
  assert.deepEqual([session.formats, session.agreed, session.held, stage.told], [['ulaw', 'alaw'], true, false, []]);
});

for (const [mode, events, flow, digits] of [
  ['rfc2833', true, { events: { send: 101, receive: 101 }, tones: false }, 'rtp'],
  ['rfc2833', false, { events: undefined, tones: true }, 'rtp'],
  ['auto', true, { events: { send: 101, receive: 101 }, tones: false }, 'rtp'],
  ['auto', false, { events: undefined, tones: true }, 'rtp'],
  ['inband', true, { events: undefined, tones: true }, 'rtp'],
  ['info', true, { events: undefined, tones: false }, 'info'],
  ['shortinfo', true, { events: undefined, tones: false }, 'shortinfo'],
] as const) {
  test(`keys of dtmfmode=${mode} towards a far end ${events ? 'with' : 'without'} events of RTP`, async () => {
    const stage = new SessionStage();
    const session = await stage.open(termsOf({ dtmfmode: mode }));
    sdpOf(session.answer(phoneSdp(events ? [AUDIO, KEYS] : ['m=audio 4000 RTP/AVP 0'])));
    assert.deepEqual({ events: stage.rtp.flow?.events, tones: stage.rtp.flow?.tones }, flow);
    assert.equal(session.digits, digits);
  });
}

test('SIPDtmfMode changes how keys go in a running call', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  sdpOf(session.answer(phoneSdp([AUDIO, KEYS])));
  session.setDtmfMode('inband');
  assert.deepEqual([stage.rtp.flow?.events, stage.rtp.flow?.tones, session.digits], [undefined, true, 'rtp']);
  session.setDtmfMode('rfc2833');
  assert.deepEqual(stage.rtp.flow?.events, { send: 101, receive: 101 });
});

const holds: [what: string, media: readonly string[], address: string, ours: string, flow: object][] = [
  [
    'sendonly',
    [AUDIO, KEYS, 'a=sendonly'],
    '127.0.0.1',
    'recvonly',
    { sends: false, receives: true, timeout: 300_000 },
  ],
  [
    'inactive',
    [AUDIO, KEYS, 'a=inactive'],
    '127.0.0.1',
    'inactive',
    { sends: false, receives: false, timeout: 300_000 },
  ],
  ['zeros', [AUDIO, KEYS], '0.0.0.0', 'recvonly', { sends: false, receives: true, timeout: 300_000 }],
];

for (const [what, media, address, ours, flow] of holds) {
  test(`a re-INVITE with ${what} is a hold, and one without it ends that`, async () => {
    const stage = new SessionStage();
    const session = await stage.open(termsOf({ rtptimeout: 30, rtpholdtimeout: 300 }));
    const first = sdpOf(session.answer(phoneSdp([AUDIO, KEYS])));
    const held = sdpOf(session.answer(phoneSdp(media, { version: 2, address })));
    assert.equal(mediaOf(held).at(-1), `a=${ours}`);
    const { sends, receives, timeout, remote } = stage.rtp.flow!;
    assert.deepEqual({ sends, receives, timeout }, flow);
    assert.equal(remote === undefined, address === '0.0.0.0');
    assert.deepEqual([session.held, stage.told], [true, ['held', 'moved']]);
    const back = sdpOf(session.answer(phoneSdp([AUDIO, KEYS], { version: 3 })));
    assert.deepEqual([session.held, stage.told], [false, ['held', 'moved', 'back', 'moved']]);
    assert.deepEqual(
      [first, held, back].map(sdp => versionOf(sdp) - versionOf(first)),
      [0, 1, 2],
    );
    assert.equal(stage.rtp.flow?.timeout, 30_000);
  });
}

test('a re-INVITE without SDP takes a call off hold, and is offered all that we speak', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  const held = sdpOf(session.answer(phoneSdp([AUDIO, KEYS, 'a=sendonly', 'm=video 4002 RTP/AVP 34'])));
  const offer = session.offerAsked();
  assert.deepEqual([session.held, stage.told], [false, ['held', 'back']]);
  assert.deepEqual(mediaOf(offer), [
    'm=audio 13814 RTP/AVP 0 8 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    KEYS,
    'a=fmtp:101 0-16',
    'a=silenceSupp:off - - - -',
    'a=maxptime:140',
    'a=sendrecv',
    'm=video 0 RTP/AVP 34',
  ]);
  assert.equal(versionOf(offer), versionOf(held) + 1);
  assert.equal(session.accept(phoneSdp(['m=audio 5000 RTP/AVP 8', 'm=video 0 RTP/AVP 34'], { version: 2 })), undefined);
  assert.deepEqual(session.formats, ['alaw']);
  assert.equal(stage.rtp.flow?.remote?.port, 5000);
});

test('the same SDP again changes nothing and is answered with the same, unless its version is not looked at', async () => {
  for (const ignoresdpversion of [false, true]) {
    const stage = new SessionStage();
    const session = await stage.open(termsOf({ ignoresdpversion }));
    const first = sdpOf(session.answer(phoneSdp([AUDIO], { version: 5 })));
    const again = sdpOf(session.answer(phoneSdp(['m=audio 6000 RTP/AVP 0'], { version: 5 })));
    assert.equal(again === first, !ignoresdpversion);
    assert.equal(stage.rtp.flow?.remote?.port, ignoresdpversion ? 6000 : 4000);
    // Another owner is another session, whatever its version.
    const other = phoneSdp(['m=audio 7000 RTP/AVP 0']).replace('o=- 1 1', 'o=- 2 1');
    assert.notEqual(sdpOf(session.answer(other)), again);
    assert.equal(stage.rtp.flow?.remote?.port, 7000);
  }
});

test('an offer that is not taken leaves everything as it was', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  const said = sdpOf(session.answer(phoneSdp([AUDIO, KEYS])));
  const { flow } = stage.rtp;
  for (const media of [['m=audio 5000 RTP/AVP 18'], ['m=audio 99999 RTP/AVP 0'], ['m=audio 5000 RTP/SAVP 0']]) {
    assert.ok('fault' in session.answer(phoneSdp(media, { version: 2 })));
  }
  assert.deepEqual([session.local, stage.rtp.flow, stage.told], [said, flow, []]);
});

test('our offer: the codec of the other leg first, unless that is not wanted; the answer in our order', async () => {
  const options = { allow: ['ulaw', 'alaw', 'g722'].map(name => ({ name })) };
  for (const [ignored, words] of [
    [false, '8 0 101'],
    [true, '0 8 101'],
  ] as const) {
    const stage = new SessionStage();
    const session = await stage.open(
      termsOf({ ...options, ignore_requested_pref: ignored }, { wanted: ['alaw', 'gsm'] }),
    );
    // G.722 cannot be made of A-law here, and is not offered.
    assert.equal(mediaOf(session.offer())[0], `m=audio 13814 RTP/AVP ${words}`);
    const answer = phoneSdp(['m=audio 4000 RTP/AVP 0 8 96', 'a=rtpmap:96 telephone-event/8000']);
    assert.equal(session.accept(answer), undefined);
    assert.deepEqual(session.formats, ignored ? ['ulaw', 'alaw'] : ['alaw', 'ulaw']);
    assert.deepEqual(stage.rtp.flow?.events, { send: 96, receive: 101 });
  }
});

test('an answer in a 183 and again in the 200 is one; a 200 of another phone is another', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  session.offer();
  const answer = phoneSdp(['m=audio 4000 RTP/AVP 0']);
  assert.equal(session.accept(answer), undefined);
  const { flow } = stage.rtp;
  assert.equal(session.accept(answer), undefined);
  assert.deepEqual([stage.rtp.flow, stage.told], [flow, []]);
  assert.equal(session.accept(answer.replace('o=- 1', 'o=- 2').replace('4000', '4444')), undefined);
  assert.deepEqual([stage.rtp.flow?.remote?.port, stage.told], [4444, ['moved']]);
});

const badAnswers: [what: string, sdp: string, why: RegExp][] = [
  ['nothing we offered', phoneSdp(['m=audio 4000 RTP/AVP 18']), /no codec/],
  ['another profile', phoneSdp(['m=audio 4000 RTP/AVPF 0']), /answers RTP\/AVP with RTP\/AVPF/],
  ['encryption', phoneSdp(['m=audio 4000 RTP/SAVP 0']), /no RTP\/SAVP/],
  ['a refusal', phoneSdp(['m=audio 0 RTP/AVP 0']), /declined/],
  ['nonsense', 'hello', /v=0/],
];

for (const [what, sdp, why] of badAnswers) {
  test(`an answer is not taken: ${what}`, async () => {
    const session = await new SessionStage().open();
    session.offer();
    assert.match(session.accept(sdp)?.why ?? '', why);
    assert.equal(session.agreed, false);
  });
}

test('AST-2013-004: an answer that nobody asked for is not taken', async () => {
  const session = await new SessionStage().open();
  assert.match(session.accept(phoneSdp([AUDIO]))?.why ?? '', /no offer of ours/);
  sdpOf(session.answer(phoneSdp([AUDIO])));
  assert.match(session.accept(phoneSdp([AUDIO], { version: 2 }))?.why ?? '', /no offer of ours/);
});

test('AST-2019-003: an answer may add a stream, which is not looked at', async () => {
  const session = await new SessionStage().open();
  session.offer();
  const more = ['m=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/AVP 18', 'm=image 4004 udptl t38'];
  assert.equal(session.accept(phoneSdp(more)), undefined);
});

test('a refused offer leaves what was agreed; numbers in use stay in a later one, and none is given twice', async () => {
  const stage = new SessionStage();
  const session = await stage.open(termsOf({ allow: [{ name: 'opus' }, { name: 'speex' }] }));
  // Their number of opus is ours of speex, their number of keys ours of opus.
  const maps = ['a=rtpmap:110 opus/48000/2', 'a=rtpmap:107 telephone-event/8000'];
  const said = sdpOf(session.answer(phoneSdp(['m=audio 4000 RTP/AVP 110 107', ...maps])));
  assert.equal(mediaOf(session.offer())[0], 'm=audio 13814 RTP/AVP 110 107');
  session.withdraw();
  assert.equal(session.local, said);
  assert.equal(mediaOf(session.offerAsked())[0], 'm=audio 13814 RTP/AVP 110 127 107');
  assert.deepEqual(stage.rtp.flow?.send, { name: 'opus', payload: 110, ptime: 20 });
});

test('SIP_CODEC narrows an answer that was not sent yet', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  const first = sdpOf(session.answer(phoneSdp(['m=audio 4000 RTP/AVP 0 8'])));
  assert.equal(session.narrow(['g729']), false);
  assert.equal(session.local, first);
  assert.equal(session.narrow(['alaw']), true);
  assert.equal(mediaOf(session.local!)[0], 'm=audio 13814 RTP/AVP 8');
  assert.equal(versionOf(session.local!), versionOf(first));
  assert.equal(stage.rtp.flow?.send.name, 'alaw');
});

test('what we send is what the other leg speaks, else what its can be changed into', async () => {
  const stage = new SessionStage();
  const session = await stage.open(termsOf({ allow: ['g729', 'ulaw', 'gsm'].map(name => ({ name })) }));
  sdpOf(session.answer(phoneSdp(['m=audio 4000 RTP/AVP 0 3 18'])));
  for (const [other, sent] of [
    [[], 'g729'],
    [['gsm', 'ulaw'], 'ulaw'],
    [['gsm'], 'gsm'],
    [['alaw'], 'ulaw'],
    [['opus'], 'g729'],
  ] as const) {
    session.suit(other);
    assert.equal(stage.rtp.flow?.send.name, sent);
  }
});

test('SDP shows the address that the far end reaches us at, not the one we listen on', async () => {
  const stage = new SessionStage();
  const session = await stage.open(termsOf(), '203.0.113.6');
  assert.match(
    session.offer(),
    /^o=root \d+ \d+ IN IP4 203\.0\.113\.6\r\ns=Obelisk PBX\r\nc=IN IP4 203\.0\.113\.6\r$/m,
  );
  assert.equal(stage.rtp.local.address, '127.0.0.1');
});

test('there is no session without an engine, a port, a codec that can be heard, or where media must be encrypted', async () => {
  const stage = new SessionStage();
  assert.equal(await stage.try(termsOf({ encryption: true })), undefined);
  assert.equal(await stage.try(termsOf({ allow: [{ name: 'h263' }] })), undefined);
  assert.equal(await stage.try(termsOf({}, { wanted: ['opus'] })), undefined);
  assert.equal(stage.engine.sessions.length, 0);
  stage.engine.free = 0;
  assert.equal(await stage.try(), undefined);
  const listener = { digitBegan() {}, digitEnded() {}, timedOut() {}, held() {}, moved() {} };
  const parts = { engine: undefined, address: '127.0.0.1', shown: '127.0.0.1', terms: termsOf(), listener };
  assert.equal(await openSession(parts), undefined);
});

test('a closed session gives its port back once and tells nothing more', async () => {
  const stage = new SessionStage();
  const session = await stage.open();
  stage.rtp.listener.digitBegan('5');
  stage.rtp.listener.digitEnded('5', 80);
  stage.rtp.listener.timedOut();
  session.close();
  session.close();
  stage.rtp.listener.digitBegan('6');
  stage.rtp.listener.timedOut();
  session.setDtmfMode('info');
  assert.deepEqual(
    [stage.rtp.closed, stage.told, stage.rtp.flow],
    [1, ['began 5', 'ended 5 80', 'timed out'], undefined],
  );
});
