/** The table of outbound registration: each state is reached by real messages, and every transition out of it is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type State, TEXTS, table } from '../../../../modules/chan_sip/user/outbound/table.js';
import { TakenTransitions } from '../../../support/transitions.js';
import { CHALLENGE, type More, TrunkStage } from './trunk-stage.js';

/** The server's name is looked up: at once, in vain, or as long as a test likes. */
const NAMED = 'register => 2001:pass2001@trunk.example:5999/2001';
const found = async () => ['192.0.2.9'];

/** Answers the first question, or none. */
const silentAfter = (first: number) => {
  let asked = 0;
  return () => (asked++ < first ? found() : new Promise<readonly string[]>(() => undefined));
};

const named = (lookup: NonNullable<More['lookup']>): More => ({ line: NAMED, lookup });

/** How a line gets into each state. */
const ROADS: Readonly<Record<Exclude<State, 'gone'>, (general: string) => Promise<TrunkStage>>> = {
  unregistered: general => TrunkStage.of(general),
  locating: general => TrunkStage.asked(general, named(silentAfter(0))),
  waiting: async general => {
    const stage = await TrunkStage.asked(
      general,
      named(async () => []),
    );
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
    const stage = await TrunkStage.asked(general, named(silentAfter(1)));
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

/** What happens to it then. */
const EVENTS = {
  turn: stage => stage.wait(200),
  due: stage => stage.line.input('due'),
  stale: stage => stage.answer('401 Unauthorized', `${CHALLENGE.replace('abc', 'new')}, stale=true`),
  odd: stage => stage.answer('401 Unauthorized', CHALLENGE.replace('MD5', 'ODD')),
  ok: stage => stage.answer('200 OK', 'Expires: 120'),
  forbidden: stage => stage.answer('403 Forbidden'),
  refused: stage => stage.answer('404 Not Found'),
  brief: stage => stage.answer('423 Interval Too Brief', 'Min-Expires: 600'),
  tired: stage => stage.answer('408 Request Timeout'),
  trouble: stage => stage.answer('500 Server Error'),
  // The wire of this stage loses nothing.
  silence: stage => stage.line.input('silence'),
  // Beyond the pace of the server, whose job it is to let the next attempt go.
  timer: stage => stage.line.input('timer'),
  time: stage => stage.wait(20_000),
  renewal: stage => stage.wait(100_000),
  reload: stage => stage.site.user.outbound.retry(),
  leave: stage => stage.bid(),
  found: stage => stage.line.input('located'),
  nowhere: stage => stage.wait(8000),
} satisfies Record<string, (stage: TrunkStage) => void | Promise<void>>;

type Event = keyof typeof EVENTS;

const PATIENT = 'register_retry_403=yes';
const ONCE = 'registerattempts=1';

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
  ['silence', here],
  ['timer', 'unregistered'],
  ['time', 'failed', ONCE],
  ['leave', left],
];

const givenUp: readonly Case[] = [
  ['reload', 'unregistered'],
  ['leave', 'gone'],
];

const CASES: Readonly<Record<Exclude<State, 'gone'>, readonly Case[]>> = {
  unregistered: [
    ['due', 'unregistered'],
    ['turn', 'regsent'],
    ['leave', 'gone'],
  ],
  locating: [
    ['found', 'regsent'],
    ['nowhere', 'waiting'],
    ['timer', 'unregistered'],
    ['time', 'failed', `${ONCE}\nregistertimeout=5`],
    ['leave', 'gone'],
  ],
  waiting: [
    ['timer', 'unregistered'],
    ['time', 'failed', ONCE],
    ['leave', 'gone'],
  ],
  regsent: answered('regsent', 'gone'),
  authsent: answered('authsent', 'leaving'),
  registered: [
    ['due', 'registered'],
    ['renewal', 'refreshing'],
    ['leave', 'leaving'],
  ],
  renewing: [
    ['found', 'refreshing'],
    ['nowhere', 'waiting'],
    ['timer', 'unregistered'],
    ['time', 'failed', `${ONCE}\nregistertimeout=5`],
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
    ['silence', 'gone'],
    ['time', 'gone'],
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

test('every transition of the table was taken', () => taken.assertComplete());

test('every state has a text, and only the last has no way out', () => {
  for (const [state, row] of Object.entries(table)) {
    assert.notEqual(TEXTS[state as State], '');
    assert.equal(Object.keys(row).length === 0, state === 'gone');
  }
});
