/** qualify and devices of the database: what is asked, and what of it goes to their rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone, RowStage } from './row-stage.js';
import { type Heard, optionsAnswer } from './site-stage.js';

/** Registers: beside the answer there is a question. */
async function login(stage: RowStage): Promise<void> {
  const ask = { user: '3001', headers: ['Expires: 300'] };
  const challenge = await stage.ask(ask);
  const heard = await stage.hear(stage.site.request(stage.site.answered(challenge, ask)));
  assert.equal(heard.at(-1)?.status, 200);
}

test('the row of a cached device says what qualify took, and is written only when the state changes', async () => {
  const rows = [phone('3001', { qualify: '2000' })];
  const stage = await RowStage.of({ general: 'rtcachefriends=yes', rows });
  const { site } = stage;
  const asked = (): Heard => site.sent().findLast(({ text }) => text.startsWith('OPTIONS'))!;
  const answer = async (ms: number) => {
    site.clock.advance(ms);
    site.receive(optionsAnswer(asked()));
    await stage.written();
    return stage.row('3001')?.['lastms'];
  };
  await login(stage);
  assert.equal(await answer(7), '7');
  site.clock.advance(60_000);
  const writes = () => stage.engine.asked.filter(verb => verb.startsWith('update')).length;
  const before = writes();
  assert.equal(await answer(9), '7');
  assert.equal(writes(), before);
  assert.match(site.peers.get('3001')!.status, /^OK/);
  site.clock.advance(60_000);
  site.clock.advance(4000);
  await stage.written();
  assert.equal(site.peers.get('3001')!.status, 'UNREACHABLE');
  assert.equal(stage.row('3001')?.['lastms'], '-1');
  await stage.close();
});

test('with rtupdate=no qualify leaves the row alone', async () => {
  const rows = [phone('3001', { qualify: '2000' })];
  const stage = await RowStage.of({ general: 'rtcachefriends=yes\nrtupdate=no', rows });
  await login(stage);
  stage.site.receive(optionsAnswer(stage.site.sent().findLast(({ text }) => text.startsWith('OPTIONS'))!));
  await stage.written();
  assert.equal(stage.row('3001')?.['lastms'], null);
  await stage.close();
});

test('a device that is in the database alone is not watched', async () => {
  const stage = await RowStage.of({ rows: [phone('3001', { qualify: '2000' })] });
  await login(stage);
  stage.clock.advance(120_000);
  assert.deepEqual(
    stage.site.sent().filter(({ text }) => text.startsWith('OPTIONS')),
    [],
  );
  await stage.close();
});
