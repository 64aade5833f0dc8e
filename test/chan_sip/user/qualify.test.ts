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

test('an answer that came in time while the event loop lagged still counts', async () => {
  const { site, peer, answer } = await asked('timert1=40\nt1min=40');
  site.clock.stall(10_000);
  site.clock.advance(0);
  assert.equal(peer.status, 'UNKNOWN');
  answer(50);
  assert.equal(peer.status, 'LAGGED (10050 ms)');
  await site.close();
});

test('without an answer after a lag the device is unreachable a moment later', async () => {
  const { site, peer } = await asked();
  site.clock.stall(10_000);
  site.clock.advance(0);
  site.clock.advance(100);
  assert.equal(peer.status, 'UNREACHABLE');
  await site.close();
});

/** What the last qualify took, other options, and after how many milliseconds the next OPTIONS is repeated first. */
for (const [took, options, repeated] of [
  [300, '', 300],
  [20, '', 100],
  [20, 't1min=40', 40],
  [20, 't1min=150', 150],
  [undefined, '', 500],
  [undefined, 'timert1=800', 800],
] as const) {
  const last = took === undefined ? 'of which nothing is known' : `that took ${took} ms`;
  test(`T1 with a device ${last}, ${options || 'else as it comes'}: ${repeated} ms`, async () => {
    const { site, questions, answer } = await asked(options);
    if (took !== undefined) {
      answer(took);
      site.clock.advance(60_000);
    }
    const before = questions().length;
    site.clock.advance(repeated - 1);
    assert.equal(questions().length, before);
    site.clock.advance(1);
    assert.equal(questions().length, before + 1);
    await site.close();
  });
}

test('sip qualify peer asks a device that is not watched, and what it answers changes nothing', async () => {
  const site = await SiteStage.of(`[general]\n${TRUNK.replace('qualify=2000', 'qualify=no')}`);
  const peer = site.peers.get('trunk')!;
  site.user.qualify(peer);
  site.receive(answerTo(site.sent(AT)[0]!), AT);
  assert.deepEqual([peer.status, peer.lastMs, site.clock.pending], ['Unmonitored', 0, 0]);
  await site.close();
});

test('sip qualify peer asks a watched device at once, and the question before is forgotten', async () => {
  const { site, peer, questions, unique } = await asked();
  const [first] = questions();
  site.user.qualify(peer);
  assert.deepEqual([unique(), site.transactions.size], [2, 1]);
  site.receive(answerTo(first!), AT);
  assert.equal(peer.status, 'UNKNOWN');
  site.receive(answerTo(questions()[1]!), AT);
  assert.equal(peer.status, 'OK (1 ms)');
  await site.close();
});
