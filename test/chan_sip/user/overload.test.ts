/** Who is turned away while there is too much to do, in which order, and for how long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOOK } from '../../../modules/chan_sip/user/overload.js';
import { type Ask, SiteStage, type Source } from './site-stage.js';

const DEVICES =
  '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n[trunk]\ntype=peer\nhost=198.51.100.40\nsecret=x\ninsecure=invite\n';
const STRANGER: Source = { address: '203.0.113.5', port: 5060 };
const TRUNK: Source = { address: '198.51.100.40', port: 5060 };

async function stageOf(general = '') {
  const stage = await SiteStage.of(`[general]\nallowguest=no\n${general}\n${DEVICES}`);
  stage.user.overload.watch();
  return stage;
}

/** So many looks in a row come so much too late. */
function late(stage: SiteStage, ms: number, looks = 10): void {
  for (let n = 0; n < looks; n += 1) {
    stage.clock.stall(LOOK + ms);
    stage.clock.advance(0);
  }
}

/** What each kind of request comes to, in the order in which they are turned away. */
function statuses(stage: SiteStage): number[] {
  const ask = (more: Ask): number => stage.ask({ callId: `call-${Math.random()}`, ...more }).status;
  return [
    ask({ source: STRANGER }),
    ask({ source: STRANGER, method: 'INVITE', uri: 'sip:600@pbx.example', user: 'nobody' }),
    ask({ source: TRUNK, method: 'OPTIONS', user: 'trunk' }),
    ask({ method: 'SUBSCRIBE', headers: ['Event: presence'] }),
    ask({}),
  ];
}

const LEVELS: readonly [late: number, turnedAway: readonly boolean[]][] = [
  [499, [false, false, false, false, false]],
  [500, [true, true, false, false, false]],
  [750, [true, true, true, true, false]],
  [1000, [true, true, true, true, true]],
];

for (const [ms, turnedAway] of LEVELS) {
  test(`while the event loop is ${ms} ms late, of strangers, calls and renewals these are turned away: ${turnedAway}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login().status, 200);
    late(stage, ms);
    assert.deepEqual(
      statuses(stage).map(status => status === 503),
      turnedAway,
    );
    const { shed } = stage.user.overload.row();
    assert.equal(shed.unknown + shed.new + shed.refresh, turnedAway.filter(away => away).length);
    await stage.close();
  });
}

test('one moment of standing still turns nobody away', async () => {
  const stage = await stageOf();
  late(stage, 0);
  late(stage, 5000, 1);
  assert.equal(stage.user.overload.row().level, 0);
  late(stage, 600, 9);
  assert.equal(stage.user.overload.row().level, 1, 'with nine more it is no moment');
  await stage.close();
});

test('who answers a challenge is let through before strangers are, whether there is such an account or not', async () => {
  for (const user of ['1008', 'nobody']) {
    const stage = await stageOf();
    const ask = { source: STRANGER, user };
    const challenge = stage.ask(ask);
    late(stage, 600);
    assert.equal(stage.ask(ask).status, 503);
    assert.equal(stage.ask(stage.answered(challenge, ask, { nonce: 'made-up' })).status, 503);
    assert.equal(stage.ask(stage.answered(challenge, ask)).status, user === '1008' ? 200 : 403);
    await stage.close();
  }
});

test('when to come again is told, by chance, so that not all come at once', async () => {
  const stage = await stageOf('overloadretry=20');
  late(stage, 600);
  const told = [0, 0.5, 0.999].map(chance => {
    stage.random = chance;
    return stage.ask({ source: STRANGER }).header('Retry-After');
  });
  assert.deepEqual(told, ['20', '30', '40']);
  await stage.close();
});

test('it gets better one step a second, and the log hears of it once a minute', async () => {
  const stage = await stageOf();
  late(stage, 1000);
  const levels = [stage.user.overload.level];
  for (let n = 0; n < 40; n += 1) {
    stage.clock.advance(LOOK);
    const { level } = stage.user.overload;
    if (level !== levels.at(-1)) levels.push(level);
  }
  assert.deepEqual(levels, [3, 2, 1, 0]);
  late(stage, 600);
  assert.equal(stage.stage.lines.filter(line => line.startsWith('warning: too much to do')).length, 1);
  await stage.close();
});

test('datagrams that keep coming faster than they are read are a backlog, where that is asked for', async () => {
  for (const [general, level] of [
    ['overloadbacklog=2', 2],
    ['', 0],
  ] as const) {
    const stage = await stageOf(general);
    const look = (datagrams: number) => {
      stage.turns += 10;
      stage.datagrams += datagrams;
      stage.clock.advance(LOOK);
    };
    for (let n = 0; n < 19; n += 1) look(320);
    assert.equal(stage.user.overload.level, 0);
    for (let n = 0; n < 12; n += 1) look(320);
    assert.equal(stage.user.overload.level, level);
    look(100);
    assert.equal(stage.user.overload.row().backlog, 0);
    await stage.close();
  }
});

test('with the limits at 0 nobody is ever turned away', async () => {
  const stage = await stageOf('overloaddelay=0\noverloadqueue=0');
  late(stage, 60_000);
  assert.equal(stage.user.overload.row().level, 0);
  await stage.close();
});

test('sip explain tells that a request was turned away', async () => {
  const stage = await stageOf();
  late(stage, 600);
  stage.ask({ source: STRANGER });
  const { decisions } = stage.user.site;
  assert.equal(decisions.find(({ remote }) => remote.address === STRANGER.address, 1)[0]?.why, 'overload');
  await stage.close();
});
