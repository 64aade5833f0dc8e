/** What is remembered of a device that registered: as long as a repeat may come, and no longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPIRES, stageOf } from './registrar-stage.js';

test('a repeat is known for as long as its nonce lives; then nothing is remembered of it', async () => {
  const stage = await stageOf();
  const sent = stage.answered(stage.ask(EXPIRES), EXPIRES);
  const text = stage.request(sent);
  const { recent, peers } = stage.user.site;
  const peer = peers.get('1008')!;
  assert.equal(stage.receive(text)[0]!.line, '200 OK');
  stage.clock.advance(31_000);
  assert.equal(stage.receive(text)[0]!.line, '200 OK');
  assert.ok(peer.spentNonces && peer.lastAnswer);
  stage.clock.advance(2000);
  assert.equal(stage.receive(text)[0]!.line, '401 Unauthorized');
  stage.clock.advance(32_000);
  assert.deepEqual([peer.spentNonces, peer.lastAnswer, recent.size], [undefined, undefined, 0]);
  assert.equal(stage.receive(text)[0]!.line, '401 Unauthorized');
  await stage.close();
});

test('of a device that goes on registering it is not forgotten in between', async () => {
  const stage = await stageOf();
  const { recent, peers } = stage.user.site;
  for (let round = 0; round < 8; round++) {
    const sent = stage.answered(stage.ask(EXPIRES), EXPIRES);
    assert.equal(stage.ask(sent).line, '200 OK');
    stage.clock.advance(20_000);
    assert.ok(peers.get('1008')!.spentNonces, `round ${round}`);
  }
  assert.ok(recent.size > 0);
  await stage.close();
});
