/** Somebody sets the machine's time while phones are registered: nothing ends by that, and nothing lives longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPIRES, stageOf } from './registrar-stage.js';
import { RowStage } from './row-stage.js';

const DAY = 86_400_000;

for (const [what, jump] of [
  ['a day ahead', DAY],
  ['a day back', -DAY],
  ['back to 1970', -1_790_000_000_000],
] as const) {
  test(`a registration lives as long as was granted with the time set ${what}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login(EXPIRES).status, 200);
    stage.clock.advance(100_000);
    stage.clock.jump(jump);
    const peer = stage.peers.get('1008')!;
    stage.clock.advance(0);
    assert.ok(peer.binding);
    assert.equal(stage.login(EXPIRES).status, 200, 'and can be renewed');
    stage.clock.advance(309_999);
    assert.ok(peer.binding);
    stage.clock.advance(1);
    assert.equal(peer.binding, undefined);
    await stage.close();
  });

  test(`a challenge is good for as long as ever with the time set ${what}`, async () => {
    const stage = await stageOf();
    const ask = { callId: 'one', cseq: 7 };
    const challenge = stage.ask(ask);
    assert.equal(challenge.status, 401);
    stage.clock.jump(jump);
    assert.equal(stage.ask(stage.answered(challenge, ask)).status, 200);
    await stage.close();
  });

  test(`a reload keeps registrations with the time set ${what}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login(EXPIRES).status, 200);
    stage.clock.jump(jump);
    await stage.reconfigure('[general]\nallowguest=no\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n');
    const peer = stage.peers.get('1008')!;
    assert.ok(peer.binding);
    stage.clock.advance(310_000);
    assert.equal(peer.binding, undefined);
    await stage.close();
  });
}

test('a row that others change leaves the registration as long as it has, with the time set a day ahead', async () => {
  const stage = await RowStage.of({ general: 'rtcachefriends=yes' });
  assert.equal((await stage.login(EXPIRES))?.status, 200);
  await stage.written();
  stage.clock.jump(DAY);
  Object.assign(stage.row('3001')!, { context: 'sales' });
  stage.site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, name: '3001' });
  await stage.site.stage.settled();
  const peer = stage.peers.get('3001')!;
  assert.equal(peer.get('context'), 'sales');
  stage.clock.advance(300_000);
  assert.ok(peer.binding);
  stage.clock.advance(10_000);
  assert.equal(peer.binding, undefined);
  await stage.close();
});
