/** Local channels: a call that the dialplan answers, whole and in its parts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../../core/channel/channel.js';
import { LocalTechnology } from '../../../core/channel/local.js';
import type { MediaPort } from '../../../core/channel/media.js';
import { NOBODY } from '../../../core/channel/party.js';
import { application, DialplanStage } from '../../support/dialplan-stage.js';
import { Paper } from '../../support/paper.js';
import { PaperMedia } from '../../support/paper-media.js';

const CONTEXTS = {
  in: `
    100, Stay()
    200, Answer()
    200, Stay()
    300, Loop()
    400, Fork()`,
};

const turn = () => new Promise(resolve => setImmediate(resolve));

async function stage(ports?: readonly [MediaPort, MediaPort]) {
  const stage = await DialplanStage.of(CONTEXTS);
  const { channels } = stage.calls;
  const local = new LocalTechnology({
    channels,
    dialplan: stage.engine,
    contexts: stage.engine.contexts,
    media: () => ports && { pipe: () => ports },
    emit: (event, fact) => stage.events.emit(event, fact),
    failed: assert.fail,
  });
  channels.addTechnology('core', local);
  const paper = new Paper(channels);
  channels.addTechnology('paper', paper);
  const refused: number[] = [];
  const dial = async (channel: Channel, ...destinations: string[]) => {
    const callees: Channel[] = [];
    for (const each of destinations) {
      const made = await channels.request(each, { requestor: channel });
      if ('cause' in made) refused.push(made.cause);
      else callees.push(made);
    }
    for (const callee of callees) callee.leg.call();
    await channel.race(Promise.all(callees.map(callee => callee.wait())));
    for (const callee of callees) callee.end();
  };
  stage.bring(
    application('Stay', async channel => void (await channel.wait())),
    application('Answer', channel => void channel.answer()),
    application('Loop', channel => dial(channel, 'Local/300@in').then(() => undefined)),
    application('Fork', channel => dial(channel, 'Local/400@in', 'Local/400@in').then(() => undefined)),
  );
  /** A Local channel that was asked for by a caller. */
  const ask = async (destination: string, caller = paper.incoming('alice')) => {
    const first = (await channels.request(destination, { requestor: caller })) as Channel;
    const second = channels.find(first.name.replace(/1$/, '2'))!;
    return { caller, first, second };
  };
  const end = () => {
    for (const channel of channels.values()) channel.end();
    assert.deepEqual([channels.size, stage.clock.pending], [0, 0]);
  };
  return {
    ...stage,
    clock: stage.clock,
    engine: stage.engine,
    ran: stage.ran,
    channels,
    local,
    paper,
    refused,
    ask,
    end,
  };
}

test('two channels of one name and one call; the second waits until the first is called', async () => {
  const { ask, ran, end, events } = await stage();
  const told: unknown[] = [];
  events.on('localBridged', fact => void told.push(fact));
  const { caller, first, second } = await ask('Local/100@in/n');
  assert.deepEqual([first.name, second.name], ['Local/100@in-00000000;1', 'Local/100@in-00000000;2']);
  assert.deepEqual(
    [first.state, second.state, first.linkedid, second.linkedid],
    ['Down', 'Ring', caller.uniqueid, caller.uniqueid],
  );
  const place = { context: 'in', extension: '100', priority: 1 };
  assert.deepEqual([first.position, second.position], [place, place]);
  await turn();
  assert.deepEqual(ran, []);
  first.leg.call();
  first.leg.call();
  await turn();
  assert.deepEqual([ran, second.hasPbx], [['100@in:1 Stay()'], true]);
  assert.deepEqual(told, [{ first, second, context: 'in', extension: '100', stays: true }]);
  end();
});

test('the second half is the caller to the dialplan: who calls, what was dialled, language, account, variables', async () => {
  const { ask, end, engine, paper } = await stage();
  const caller = paper.incoming('alice');
  caller.language = 'de';
  caller.set('_ONCE', '1');
  caller.set('__ALWAYS', '2');
  caller.set('OWN', '3');
  const { first, second } = await ask('Local/100@in', caller);
  first.set('PLAIN', '4');
  first.accountcode = 'sales';
  first.caller = { ...NOBODY, number: '100' };
  first.leg.call();
  await turn();
  assert.deepEqual(
    [second.caller, second.connected.number, second.dnid, second.language, second.accountcode],
    [caller.caller, '100', '100', 'de', 'sales'],
  );
  assert.deepEqual(Object.fromEntries(second.variables.entries()), { ONCE: '1', ALWAYS: '2', PLAIN: '4' });
  assert.equal(await engine.substitute(second, '${OWN}'), '');
  end();
});

test('what the dialplan tells its caller, the caller of the first half hears', async () => {
  const { ask, end } = await stage();
  const { first, second } = await ask('Local/100@in');
  const heard: string[] = [];
  first.listen(({ kind }) => heard.push(kind));
  first.leg.call();
  await turn();
  for (const what of ['proceeding', 'ringing', 'progress'] as const) assert.equal(second.indicate(what), true);
  assert.equal(first.state, 'Ringing');
  second.answer();
  second.connect({ ...NOBODY, number: '777' });
  assert.deepEqual(
    [heard, first.isUp, first.caller.number],
    [['proceeding', 'ringing', 'progress', 'answered', 'identified'], true, '777'],
  );
  assert.deepEqual([second.indicate('busy'), first.hangingUp], [false, false], 'a tone is played instead');
  end();
});

test('keys and hold go both ways, other indications do not go down', async () => {
  const { ask, end } = await stage();
  const { first, second } = await ask('Local/200@in');
  first.leg.call();
  await turn();
  const heard: string[] = [];
  first.listen(event => heard.push(`first ${event.kind}`));
  second.listen(event => heard.push(`second ${event.kind}`));
  first.beginDigit('1');
  first.endDigit('1', 100);
  second.beginDigit('2');
  second.endDigit('2', 100);
  first.indicate('hold');
  first.indicate('unhold');
  second.indicate('hold');
  assert.equal(first.indicate('ringing'), false);
  first.answer();
  assert.deepEqual(heard, [
    'second digit began',
    'second digit ended',
    'first digit began',
    'first digit ended',
    'second hold',
    'second unhold',
    'first hold',
  ]);
  assert.deepEqual([await second.nextDigit(0), await first.nextDigit(0)], ['1', '2']);
  end();
});

for (const [what, cause] of [
  ['busy', 17],
  ['congestion', 34],
  ['incomplete', 28],
] as const) {
  test(`${what} before the answer is a hangup of the first half for ${cause}, which the second hears when it ends`, async () => {
    const { ask, end } = await stage();
    const { first, second } = await ask('Local/100@in');
    first.leg.call();
    await turn();
    assert.equal(second.indicate(what), true);
    assert.deepEqual([first.hangingUp, first.hangupCause, first.hangupSource], [true, cause, second.name]);
    first.end();
    await turn();
    assert.deepEqual([second.ended, second.hangupCause], [true, cause]);
    end();
  });
}

test('an end of either half is a hangup of the other, for its cause', async () => {
  const { ask, end } = await stage();
  const { first, second } = await ask('Local/200@in');
  first.leg.call();
  await turn();
  first.requestHangup(26, 'Paper/alice-00000000');
  assert.equal(second.hangingUp, false, 'its owner ends it');
  first.end();
  await turn();
  assert.deepEqual([second.ended, second.hangupCause, second.hangupSource], [true, 26, 'Paper/alice-00000000']);
  const other = await ask('Local/200@in');
  other.first.leg.call();
  await turn();
  other.second.requestHangup(31);
  await turn();
  assert.deepEqual([other.second.ended, other.first.ended, other.first.hangupCause], [true, false, 31]);
  end();
});

test('one that is never called leaves nothing behind', async () => {
  const { ask, channels, end, clock } = await stage();
  const { caller, first, second } = await ask('Local/100@in');
  first.end();
  assert.deepEqual([second.ended, channels.size, clock.pending], [true, 1, 0]);
  caller.end();
  end();
});

test('an extension that is not there is found out by the call: a hangup for cause 3', async () => {
  const { ask, end } = await stage();
  const { first, second } = await ask('Local/999@in');
  first.leg.call();
  await turn();
  assert.deepEqual([first.hangupCause, second.ended], [3, true]);
  end();
});

test('a caller that gives up while the extension is looked for leaves no second half', async () => {
  const { ask, ran, end } = await stage();
  const { first, second } = await ask('Local/100@in');
  first.leg.call();
  first.end(16);
  await turn();
  assert.deepEqual([second.ended, second.hangupCause, ran], [true, 16, []]);
  end();
});

test('sound goes through a pipe of the engine, each half has an end of it, and closes it', async () => {
  const clock = (await stage()).clock;
  const ports = [new PaperMedia(clock), new PaperMedia(clock)] as const;
  const { ask, end } = await stage(ports);
  const { first, second } = await ask('Local/200@in');
  assert.deepEqual([first.leg.media, second.leg.media, first.leg.formats], [...ports, ['ulaw', 'alaw']]);
  end();
  assert.deepEqual(
    ports.map(({ told }) => told),
    [['close'], ['close']],
  );
});

test('a device is idle or in use while its extension is there, and none otherwise', async () => {
  const { ask, channels, events, end } = Object.assign(await stage());
  const told: string[] = [];
  events.on('deviceStateChanged', ({ device, state }: { device: string; state: string }) =>
    told.push(`${device} ${state}`),
  );
  const state = (device: string) => channels.deviceState(`Local/${device}`);
  assert.deepEqual(
    [state('100@in'), state('999@in'), state('100@nowhere'), state('')],
    ['NOT_INUSE', 'INVALID', 'INVALID', 'INVALID'],
  );
  const { caller } = await ask('Local/100@in/n');
  assert.deepEqual([state('100@in'), state('200@in')], ['INUSE', 'NOT_INUSE']);
  end();
  await turn();
  assert.equal(caller.ended, true);
  assert.deepEqual([state('100@in'), told], ['NOT_INUSE', ['Local/100@in INUSE', 'Local/100@in NOT_INUSE']]);
});

test('what is no extension is refused, the context is default where none is said', async () => {
  const { channels, end } = await stage();
  for (const wrong of ['', '@in', '/n', '100@', '100@in/n/x']) {
    assert.deepEqual(await channels.request(`Local/${wrong}`, {}), { cause: 28 }, wrong);
  }
  const made = (await channels.request('Local/5', {})) as Channel;
  assert.match(made.name, /^Local\/5@default-/);
  end();
});

test('an extension that calls itself comes to an end after 20 of them', async () => {
  const { ask, channels, refused, ran, end } = await stage();
  const { first, caller } = await ask('Local/300@in');
  first.leg.call();
  for (let time = 0; time < 200 && refused.length === 0; time++) await turn();
  assert.deepEqual([refused[0], ran.length], [34, 20]);
  first.end();
  for (let time = 0; time < 200 && channels.size > 1; time++) await turn();
  caller.end();
  end();
});

test('one that calls itself twice has no more than 500 pairs at once', async () => {
  const { ask, channels, refused, end } = await stage();
  const { first } = await ask('Local/400@in');
  first.leg.call();
  for (let time = 0; time < 200 && refused.length === 0; time++) await turn();
  assert.ok(channels.size <= 1 + 2 * 500, String(channels.size));
  assert.ok(refused.length > 0);
  for (const channel of channels.values()) channel.requestHangup();
  for (let time = 0; time < 200 && channels.size > 0; time++) {
    for (const channel of channels.values()) if (!channel.hasPbx) channel.end();
    await turn();
  }
  end();
});

test('where no channel is to be had for the second half, none is left of the first', async () => {
  const { channels, local, end } = await stage();
  const create = channels.create.bind(channels);
  channels.create = parts => (parts.state === 'Ring' ? undefined : create(parts));
  assert.deepEqual(local.request('100@in', {}), { cause: 34 });
  end();
});

test('audio may go past the two of a pair, unless n stands behind the slash', async () => {
  for (const [destination, passed] of [
    ['Local/100@in', true],
    ['Local/100@in/', true],
    ['Local/100@in/mb', true],
    ['Local/100@in/n', false],
    ['Local/100@in/mn', false],
  ] as const) {
    const { ask, end } = await stage();
    const { first, second, caller } = await ask(destination);
    assert.deepEqual(
      [first.leg.across, second.leg.across],
      passed ? [second, first] : [undefined, undefined],
      destination,
    );
    first.end();
    caller.end();
    end();
  }
});
