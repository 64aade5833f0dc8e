/** qualify: what devices are asked, when, and what their answers change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsAnswer as answerTo, SiteStage } from './site-stage.js';

const AT = { address: '192.0.2.9', port: 5999 };
const TRUNK = '[trunk]\ntype=peer\nhost=192.0.2.9\nport=5999\nqualify=2000\n';
const PHONE = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\nqualify=2000\nregexten=1008\n';

/** A fixed device that has been asked once. */
async function asked(general = '') {
  const site = await SiteStage.of(`[general]\n${general}\n${TRUNK}`);
  site.clock.advance(0);
  const peer = site.peers.get('trunk')!;
  const questions = () => site.sent(AT).filter(({ text }) => text.startsWith('OPTIONS'));
  const unique = () => new Set(questions().map(one => one.header('Call-ID'))).size;
  const answer = (ms: number, status = 200) => {
    site.clock.advance(ms);
    site.receive(answerTo(questions().at(-1)!, status), AT);
  };
  const facts = () =>
    site.stage.facts('peerStatus').map(({ status, time }) => (time === undefined ? status : `${status} ${time}`));
  const notices = () => site.stage.lines.filter(line => line.startsWith('notice: Peer'));
  return { site, peer, questions, unique, answer, facts, notices };
}

test('a device is UNKNOWN, reachable, lagged, unreachable and back, and each change is told once', async () => {
  const { site, peer, unique, answer, facts, notices } = await asked();
  assert.equal(peer.status, 'UNKNOWN');
  answer(5, 404);
  assert.equal(peer.status, 'OK (5 ms)');
  site.clock.advance(60_000);
  answer(7);
  assert.equal(peer.status, 'OK (7 ms)');
  site.clock.advance(60_000);
  answer(2500);
  assert.equal(peer.status, 'LAGGED (2500 ms)');
  site.clock.advance(10_000);
  assert.equal(unique(), 4);
  site.clock.advance(4000);
  assert.equal(peer.status, 'UNREACHABLE');
  site.clock.advance(10_000);
  answer(1, 180);
  assert.equal(peer.status, 'OK (1 ms)');
  assert.deepEqual(facts(), ['Reachable', 'Lagged', 'Unreachable -1', 'Reachable']);
  assert.deepEqual(notices(), [
    "notice: Peer 'trunk' is now Reachable. (5ms / 2000ms)",
    "notice: Peer 'trunk' is now Lagged. (2500ms / 2000ms)",
    "notice: Peer 'trunk' is now UNREACHABLE!  Last qualify: 2500",
    "notice: Peer 'trunk' is now Reachable. (1ms / 2000ms)",
  ]);
  await site.close();
});

test('100 is no answer', async () => {
  const { site, peer, answer } = await asked();
  answer(5, 100);
  assert.equal(peer.status, 'UNKNOWN');
  site.clock.advance(3995);
  assert.equal(peer.status, 'UNREACHABLE');
  await site.close();
});

test('a device that registers is asked at once, and is UNKNOWN when it is gone', async () => {
  const site = await SiteStage.of(`[general]\nregcontext=r\nregextenonqualify=yes\n${PHONE}`);
  const ask = { contact: '<sip:1008@192.0.2.7:5062>' };
  const challenge = site.ask(ask);
  const [options, ok] = site.receive(site.request(site.answered(challenge, ask)));
  assert.match(options!.text, /^OPTIONS sip:1008@192\.0\.2\.7:5062 SIP/);
  assert.equal(ok!.status, 200);
  const peer = site.peers.get('1008')!;
  site.clock.advance(4000);
  assert.equal(peer.status, 'UNREACHABLE');
  site.user.unregister(peer);
  assert.equal(peer.status, 'UNKNOWN');
  assert.deepEqual(
    site.stage.facts('registeredExtension').map(({ present }) => present),
    [true, false],
  );
  await site.close();
});

const many = (count: number) =>
  Array.from({ length: count }, (_, at) => `[p${at}]\ntype=peer\nhost=10.0.${at >> 8}.${at & 255}\nqualify=yes\n`).join(
    '',
  );

test('a thousand devices are asked no more than one group a gap', async () => {
  const site = await SiteStage.of(`[general]\nqualifygap=100\nqualifypeers=3\n${many(1000)}`);
  const asked = () => site.transactions.size;
  site.clock.advance(0);
  assert.equal(asked(), 3);
  let before = asked();
  for (let gap = 0; gap < 12; gap++) {
    site.clock.advance(100);
    assert.ok(asked() - before <= 3, `${asked() - before} in one gap`);
    before = asked();
  }
  assert.ok(before >= 30);
  await site.close();
});

test('a reload that turns qualify off leaves nothing that waits', async () => {
  const { site, peer } = await asked('keepalive=yes');
  await site.reconfigure(`[general]\n${TRUNK.replace('qualify=2000', 'qualify=no')}`);
  assert.deepEqual([peer.status, site.clock.pending, site.transactions.size], ['Unmonitored', 0, 0]);
  await site.close();
});

test('keepalive sends empty lines, one each interval', async () => {
  const site = await SiteStage.of(`[general]\nkeepalive=20\n${TRUNK.replace('qualify=2000', 'qualify=no')}`);
  site.random = 0;
  site.clock.advance(0);
  site.clock.advance(40_000);
  assert.deepEqual(
    site.sent(AT).map(({ text }) => text),
    ['\r\n', '\r\n', '\r\n'],
  );
  await site.close();
});
