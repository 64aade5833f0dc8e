/** The table of outbound registration: each state is reached by real messages, and every transition out of it is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type State, TEXTS, table } from '../../../../modules/chan_sip/user/outbound/table.js';
import { TakenTransitions } from '../../../support/transitions.js';
import { CHALLENGE, type More, TRUNK, TrunkStage } from './trunk-stage.js';

/** The server's name is looked up: at once, in vain, or as long as a test likes. */
const NAMED = 'register => 2001:pass2001@trunk.example:5999/2001';
const named = (more: More): More => ({ line: NAMED, ...more });

/** How a line gets into each state. */
const ROADS: Readonly<Record<Exclude<State, 'gone'>, (general: string) => Promise<TrunkStage>>> = {
  unregistered: general => TrunkStage.of(general),
  locating: general => TrunkStage.asked(general, named({ quick: 0 })),
  waiting: async general => {
    const stage = await TrunkStage.asked(general, named({ lookup: async () => [] }));
    await stage.site.stage.settled();
    return stage;
  },
  regsent: general => TrunkStage.asked(general),
  authsent: async general => {
    const stage = await TrunkStage.asked(general);
    stage.answer('401 Unauthorized', CHALLENGE);
    return stage;
  },
  registered: general => TrunkStage.registered(general),
  renewing: async general => {
    const stage = await TrunkStage.asked(general, named({ quick: 1 }));
    await stage.site.stage.settled();
    stage.answer('200 OK', 'Expires: 120');
    stage.wait(100_000);
    return stage;
  },
  refreshing: async general => {
    const stage = await TrunkStage.registered(general);
    stage.wait(100_000);
    return stage;
  },
  rejected: async general => {
    const stage = await TrunkStage.asked(general);
    stage.answer('404 Not Found');
    return stage;
  },
  noauth: async general => {
    const stage = await TrunkStage.asked(general);
    stage.answer('403 Forbidden');
    return stage;
  },
  failed: async () => {
    const stage = await TrunkStage.asked('registerattempts=1');
    stage.wait(20_000);
    return stage;
  },
  leaving: async general => {
    const stage = await TrunkStage.registered(general);
    stage.bid();
    return stage;
  },
};

/** An hour was granted, and its renewal is under way: some three minutes of it are left. */
async function inRenewal(general: string, more: More = {}): Promise<TrunkStage> {
  const stage = await TrunkStage.asked(general, more);
  await stage.site.stage.settled();
  stage.answer('200 OK', 'Expires: 3600');
  stage.wait(3_406_000);
  return stage;
}

/** How a line gets there while what an earlier attempt was granted lasts. */
const GRANTED: Readonly<Partial<Record<State, () => Promise<TrunkStage>>>> = {
  async unregistered() {
    const stage = await inRenewal('');
    stage.answer('404 Not Found');
    stage.site.user.outbound.retry();
    return stage;
  },
  async locating() {
    const stage = await inRenewal('', named({ quick: 1 }));
    stage.wait(20_000);
    return stage;
  },
  async waiting() {
    const stage = await inRenewal('', named({ quick: 1 }));
    stage.wait(8000);
    await stage.site.stage.settled();
    return stage;
  },
  async regsent() {
    const stage = await inRenewal('');
    stage.wait(20_000);
    return stage;
  },
  async rejected() {
    const stage = await inRenewal('');
    stage.answer('404 Not Found');
    return stage;
  },
  async noauth() {
    const stage = await inRenewal('');
    stage.answer('403 Forbidden');
    return stage;
  },
  async failed() {
    const stage = await inRenewal('registerattempts=1');
    stage.wait(20_000);
    return stage;
  },
};

/** What happens to it then. */
const EVENTS = {
  turn: stage => stage.wait(200),
  stale: stage => stage.answer('401 Unauthorized', `${CHALLENGE.replace('abc', 'new')}, stale=true`),
  odd: stage => stage.answer('401 Unauthorized', CHALLENGE.replace('MD5', 'ODD')),
  ok: stage => stage.answer('200 OK', 'Expires: 120'),
  forbidden: stage => stage.answer('403 Forbidden'),
  refused: stage => stage.answer('404 Not Found'),
  brief: stage => stage.answer('423 Interval Too Brief', 'Min-Expires: 600'),
  tired: stage => stage.answer('408 Request Timeout'),
  trouble: stage => stage.answer('500 Server Error'),
  silence: stage => stage.wait(32_000),
  cut(stage) {
    stage.site.cut(TRUNK);
    EVENTS.stale(stage);
  },
  'brief, and cut'(stage) {
    stage.site.cut(TRUNK);
    stage.answer('423 Interval Too Brief', 'Min-Expires: 600');
  },
  'renewal, and cut'(stage) {
    stage.site.cut(TRUNK);
    stage.wait(100_000);
  },
  time: stage => stage.wait(20_000),
  'half the time': stage => stage.wait(5000),
  renewal: stage => stage.wait(100_000),
  reload: stage => stage.site.user.outbound.retry(),
  leave: stage => stage.bid(),
  async found(stage) {
    stage.found();
    await stage.site.stage.settled();
  },
  nowhere: stage => stage.wait(8000),
} satisfies Record<string, (stage: TrunkStage) => void | Promise<void>>;

type Event = keyof typeof EVENTS;

const PATIENT = 'register_retry_403=yes';
const ONCE = 'registerattempts=1';
/** Beyond timer F. */
const PATIENT_TIMER = 'registertimeout=40';
/** Less than the patience of look-ups. */
const SHORT = 'registertimeout=5';

type Case = readonly [event: Event, next: State, general?: string];

/** What an answer leads to while one is waited for. */
const answered = (here: State, left: State): Case[] => [
  ['ok', 'registered'],
  ['stale', 'authsent'],
  ['odd', here],
  ['forbidden', 'noauth'],
  ['forbidden', here, PATIENT],
  ['refused', 'rejected'],
  ['brief', 'regsent'],
  ['tired', here],
  ['trouble', here],
  ['silence', here, PATIENT_TIMER],
  ['cut', 'waiting'],
  ['brief, and cut', 'waiting'],
  ['time', 'regsent'],
  ['time', 'failed', ONCE],
  ['leave', left],
];

const givenUp: readonly Case[] = [
  ['reload', 'unregistered'],
  ['leave', 'gone'],
];

const CASES: Readonly<Record<Exclude<State, 'gone'>, readonly Case[]>> = {
  unregistered: [
    ['turn', 'regsent'],
    ['leave', 'gone'],
  ],
  locating: [
    ['found', 'regsent'],
    ['nowhere', 'waiting'],
    ['half the time', 'locating', SHORT],
    ['half the time', 'failed', `${ONCE}\n${SHORT}`],
    ['leave', 'gone'],
  ],
  waiting: [
    ['time', 'locating'],
    ['time', 'failed', ONCE],
    ['leave', 'gone'],
  ],
  regsent: answered('regsent', 'gone'),
  authsent: answered('authsent', 'leaving'),
  registered: [
    ['renewal', 'refreshing'],
    ['renewal, and cut', 'waiting'],
    ['leave', 'leaving'],
  ],
  renewing: [
    ['found', 'refreshing'],
    ['nowhere', 'waiting'],
    ['half the time', 'locating', SHORT],
    ['half the time', 'failed', `${ONCE}\n${SHORT}`],
    ['leave', 'leaving'],
  ],
  refreshing: answered('refreshing', 'leaving'),
  rejected: givenUp,
  noauth: givenUp,
  failed: givenUp,
  leaving: [
    ['stale', 'leaving'],
    ['ok', 'gone'],
    ['odd', 'gone'],
    ['forbidden', 'gone'],
    ['forbidden', 'gone', PATIENT],
    ['refused', 'gone'],
    ['brief', 'gone'],
    ['tired', 'gone'],
    ['trouble', 'gone'],
    ['cut', 'gone'],
    ['time', 'gone'],
    ['time', 'gone', ONCE],
  ],
};

const taken = new TakenTransitions(table);

for (const [state, cases] of Object.entries(CASES) as [Exclude<State, 'gone'>, readonly Case[]][]) {
  for (const [event, next, general = ''] of cases) {
    test(`${state}: ${event} ${general.replace('\n', ' ')} leads to ${next}`, async () => {
      const stage = await ROADS[state](general);
      const { line } = stage;
      assert.equal(line.state, state);
      stage.site.observer = (from, input) => taken.take(from, input);
      await EVENTS[event](stage);
      await Promise.resolve();
      assert.equal(line.state, next);
      await stage.close();
    });
  }
}

for (const [state, road] of Object.entries(GRANTED)) {
  test(`${state}: a server that still has us by an earlier grant hears the goodbye`, async () => {
    const stage = await road();
    const { line } = stage;
    assert.equal(line.state, state);
    stage.site.observer = (from, input) => taken.take(from, input);
    assert.equal(line.known, true);
    line.leave();
    assert.equal(line.state, 'leaving');
    assert.equal(stage.last().header('Expires'), '0');
    await stage.close();
  });
}

test('when the grant is over nobody is told goodbye', async () => {
  const stage = await GRANTED.rejected!();
  stage.wait(193_000);
  assert.equal(stage.line.known, true);
  stage.wait(2000);
  assert.equal(stage.line.known, false);
  stage.bid();
  assert.deepEqual([stage.line.state, stage.count()], ['gone', 2]);
  await stage.close();
});

test('every transition of the table was taken', () => taken.assertComplete());

test('every state has a text, and only the last has no way out', () => {
  for (const [state, row] of Object.entries(table)) {
    assert.notEqual(TEXTS[state as State], '');
    assert.equal(Object.keys(row).length === 0, state === 'gone');
  }
});
