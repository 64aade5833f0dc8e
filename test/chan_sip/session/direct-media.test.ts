/** Direct media: who is told to send where, and what keeps media with us. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../../../modules/chan_sip/options/device.js';
import type { Session } from '../../../modules/chan_sip/session/session.js';
import type { Circumstances } from '../../../modules/chan_sip/session/terms.js';
import { mediaOf, phoneSdp, SessionStage, sdpOf, termsOf } from './session-stage.js';

type Ends = Readonly<Record<'caller' | 'callee', { options?: Partial<Device>; more?: Partial<Circumstances> }>>;

const CALLER = ['m=audio 4000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000'];
const CALLEE = ['m=audio 5000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000'];

class Bridge {
  readonly stage = new SessionStage();
  caller!: Session;
  callee!: Session;

  static async of(ends: Partial<Ends> = {}, caller = CALLER, callee = CALLEE): Promise<Bridge> {
    const bridge = new Bridge();
    const { stage } = bridge;
    bridge.caller = await stage.open(termsOf(ends.caller?.options, ends.caller?.more), undefined, 'caller ');
    sdpOf(bridge.caller.answer(phoneSdp(caller, { address: '192.0.2.1' })));
    const circumstances = { calling: true, wanted: bridge.caller.formats, ...ends.callee?.more };
    bridge.callee = await stage.open(termsOf(ends.callee?.options, circumstances), undefined, 'callee ');
    bridge.callee.offer();
    assert.equal(bridge.callee.accept(phoneSdp(callee, { address: '192.0.2.2' })), undefined);
    return bridge;
  }

  /** Both are asked, as a bridge does. */
  detours(): (string | undefined)[] {
    return [this.caller.detour(this.callee), this.callee.detour(this.caller)];
  }
}

const placeOf = (sdp: string): string => `${/^c=IN IP4 (.*)$/m.exec(sdp)?.[1]}:${/^m=audio (\d+)/m.exec(sdp)?.[1]}`;

test('two ends that speak the same are each told where the other is, once, and then that they are back', async () => {
  const bridge = await Bridge.of();
  assert.deepEqual(bridge.detours(), ['invite', 'invite']);
  assert.deepEqual(bridge.detours(), [undefined, undefined]);
  const [toCaller, toCallee] = [bridge.caller.offer(), bridge.callee.offer()];
  assert.deepEqual([placeOf(toCaller), placeOf(toCallee)], ['192.0.2.2:5000', '192.0.2.1:4000']);
  // What only one of them speaks is not offered; who speaks is still us.
  assert.equal(mediaOf(toCaller)[0], 'm=audio 5000 RTP/AVP 0 101');
  assert.match(toCaller, /^o=root \d+ \d+ IN IP4 127\.0\.0\.1$/m);
  assert.equal(bridge.caller.accept(phoneSdp(CALLER, { address: '192.0.2.1' })), undefined);
  assert.deepEqual([bridge.caller.direct, bridge.stage.engine.sessions[0]?.flow?.timeout], [true, 0]);
  assert.deepEqual([bridge.caller.detour(undefined), bridge.callee.detour(undefined)], ['invite', 'invite']);
  assert.equal(placeOf(bridge.caller.offer()), '127.0.0.1:13814');
});

const off = { enabled: false, nat: false, update: false, outgoing: false };
const on = { ...off, enabled: true };

const kept: [what: string, ends: Partial<Ends>, caller?: string[], callee?: string[]][] = [
  ['directmedia=no of the caller', { caller: { options: { directmedia: off } } }],
  ['directmedia=no of the callee', { callee: { options: { directmedia: off } } }],
  ['a NAT before one of them', { caller: { more: { natted: true } } }],
  ['directmediaacl of the caller', { caller: { more: { allows: address => address !== '192.0.2.2' } } }],
  ['directmediaacl of the callee', { callee: { more: { allows: address => address !== '192.0.2.1' } } }],
  ['keys of another kind', { callee: { options: { dtmfmode: 'info' } } }],
  ['no codec in common', {}, CALLER, ['m=audio 5000 RTP/AVP 8']],
  ['a hold', {}, [...CALLER, 'a=sendonly']],
];

for (const [what, ends, caller, callee] of kept) {
  test(`media stays with us: ${what}`, async () => {
    const bridge = await Bridge.of(ends, caller, callee);
    assert.deepEqual(bridge.detours(), [undefined, undefined]);
    assert.equal(bridge.caller.direct || bridge.callee.direct, false);
  });
}

test('directmedia=yes goes past a NAT, update says how, and outgoing leaves those who call us alone', async () => {
  const bridge = await Bridge.of({
    caller: { options: { directmedia: { ...on, nat: true, outgoing: true } }, more: { natted: true } },
    callee: { options: { directmedia: { ...on, update: true, outgoing: true } } },
  });
  assert.deepEqual(bridge.detours(), [undefined, 'update']);
});

test('a NAT that packets show brings media back', async () => {
  const bridge = await Bridge.of();
  bridge.detours();
  bridge.stage.engine.sessions[0]!.listener.learned({ address: '192.0.2.1', port: 4000 });
  assert.deepEqual(bridge.stage.told, []);
  bridge.stage.engine.sessions[0]!.listener.learned({ address: '198.51.100.9', port: 1234 });
  assert.deepEqual(bridge.stage.told, ['caller moved']);
  assert.deepEqual(bridge.detours(), ['invite', 'invite']);
  assert.equal(bridge.caller.direct, false);
});

test('a hold brings media back, and its end lets it go again', async () => {
  const bridge = await Bridge.of();
  bridge.detours();
  const held = bridge.callee.answer(phoneSdp([...CALLEE, 'a=sendonly'], { version: 2, address: '192.0.2.2' }));
  assert.equal(placeOf(sdpOf(held)), '127.0.0.1:13816');
  assert.deepEqual(bridge.stage.told, ['callee held', 'callee moved']);
  assert.deepEqual(bridge.detours(), ['invite', undefined]);
  sdpOf(bridge.callee.answer(phoneSdp(CALLEE, { version: 3, address: '192.0.2.2' })));
  assert.deepEqual(bridge.detours(), ['invite', 'invite']);
});

test('an end that moves is answered for the other, which is told', async () => {
  const bridge = await Bridge.of();
  bridge.detours();
  const moved = sdpOf(bridge.callee.answer(phoneSdp(CALLEE, { version: 2, address: '192.0.2.77' })));
  assert.equal(placeOf(moved), '192.0.2.1:4000');
  assert.deepEqual(bridge.detours(), ['invite', undefined]);
  assert.equal(placeOf(bridge.caller.offer()), '192.0.2.77:5000');
});

test('an end that refuses to send elsewhere is not asked again', async () => {
  const bridge = await Bridge.of();
  bridge.detours();
  bridge.caller.offer();
  bridge.caller.withdraw();
  assert.equal(bridge.caller.direct, false);
  assert.deepEqual(bridge.detours(), [undefined, undefined]);
});

test('directrtpsetup names the caller in the first offer already', async () => {
  const stage = new SessionStage();
  const caller = await stage.open();
  sdpOf(caller.answer(phoneSdp(['m=audio 4000 RTP/AVP 8 0'], { address: '192.0.2.1' })));
  for (const [directrtpsetup, place] of [
    [false, '127.0.0.1:13816'],
    [true, '192.0.2.1:4000'],
  ] as const) {
    stage.engine.sessions.length = 1;
    const callee = await stage.open(termsOf({}, { calling: true, wanted: caller.formats }, { directrtpsetup }));
    assert.equal(callee.detour(caller), undefined);
    const offer = callee.offer();
    assert.equal(placeOf(offer), place);
    // The caller takes no keys as events, so none are offered on its behalf.
    assert.equal(/telephone-event/.test(offer), !directrtpsetup);
  }
});
