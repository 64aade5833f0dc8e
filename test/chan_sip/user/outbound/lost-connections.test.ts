/** Lines whose connection breaks: when they register again, and when they need not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteStage } from '../site-stage.js';
import { accept, distinct, many, registers } from './lines-stage.js';
import { TCP_TRUNK, TRUNK, TrunkStage } from './trunk-stage.js';

const OVER_TCP = 'register => 2001:pass2001@192.0.2.9:5999/2001'.replace('=> ', '=> tcp://');

/** Milliseconds until the next REGISTER after the connection broke; undefined: more than a minute. */
function afterLoss(stage: TrunkStage): number | undefined {
  const before = stage.count(TCP_TRUNK);
  stage.site.lose(TCP_TRUNK);
  for (let ms = 0; ms <= 60_000; ms += 100) {
    stage.wait(100);
    if (stage.count(TCP_TRUNK) === before) continue;
    stage.answerTo(stage.last(TCP_TRUNK), '200 OK', 'Expires: 120');
    return ms + 100;
  }
  return undefined;
}

test('a line whose connection breaks registers again soon, later each time, and as ever once a connection lasted', async () => {
  const stage = await TrunkStage.asked('tcpenable=yes\ntransport=udp,tcp', { line: OVER_TCP });
  stage.answerTo(stage.last(TCP_TRUNK), '200 OK', 'Expires: 120');
  const waits = [0, 1, 2, 3].map(() => afterLoss(stage));
  assert.deepEqual(waits, [2000, 4000, 8000, 16_000]);
  stage.site.random = 0;
  stage.wait(105_000);
  stage.answerTo(stage.last(TCP_TRUNK), '200 OK', 'Expires: 120');
  assert.equal(afterLoss(stage), 1000, 'between half and one and a half of it, at random');
  await stage.close();
});

test('a loss that is none of ours, or comes shortly before the renewal, changes nothing', async () => {
  const stage = await TrunkStage.asked('tcpenable=yes\ntransport=udp,tcp', { line: OVER_TCP });
  stage.answerTo(stage.last(TCP_TRUNK), '200 OK', 'Expires: 120');
  stage.site.lose(TRUNK);
  stage.site.lose({ ...TCP_TRUNK, port: 5998 });
  stage.wait(50_000);
  assert.equal(stage.count(TCP_TRUNK), 1);
  stage.wait(48_800);
  stage.site.lose(TCP_TRUNK);
  stage.wait(900);
  assert.equal(stage.count(TCP_TRUNK), 1, 'it is renewed after 99.75 s');
  stage.wait(600);
  assert.equal(stage.count(TCP_TRUNK), 2);
  await stage.close();
});

test('lines that lose one connection come back at the pace of their server', async () => {
  const site = await SiteStage.of(
    `[general]\ntcpenable=yes\ntransport=tcp\n${many(100).replaceAll('=> u', '=> tcp://u')}`,
  );
  site.clock.advance(15_000);
  for (const one of registers(site, TCP_TRUNK)) accept(site, one.text, TCP_TRUNK, 3600);
  assert.equal(distinct(site, TCP_TRUNK), 100);
  site.lose(TCP_TRUNK);
  const seconds = Array.from({ length: 14 }, () => {
    const before = distinct(site, TCP_TRUNK);
    site.clock.advance(1000);
    return distinct(site, TCP_TRUNK) - before;
  });
  assert.ok(Math.max(...seconds) <= 11, `in each second: ${seconds}`);
  assert.equal(distinct(site, TCP_TRUNK), 200);
  await site.close();
});
