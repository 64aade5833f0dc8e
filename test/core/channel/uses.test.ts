/** Modules in use by channels: core/channel/uses.ts, and what the loader makes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../../core/channel/channel.js';
import { ChannelUses, namesOf } from '../../../core/channel/uses.js';
import { application, DialplanStage } from '../../support/dialplan-stage.js';
import { LoaderStage } from '../../support/loader-stage.js';
import { testChannel } from '../../support/test-channel.js';

const PAPER = `
  core.technology({ type: 'Paper', description: 'x', transfers: false, request: () => ({ cause: 0 }) });`;

/** A stage with app_echo and chan_paper, and a channel of the latter on which an application of the former runs. */
async function running(t: Parameters<typeof LoaderStage.of>[0], app: { readonly stubborn?: boolean } = {}) {
  const stage = await LoaderStage.of(t, {
    chan_paper: { load: PAPER },
    app_echo: { unload: "probe.tell('goodbye of app_echo');" },
    app_idle: {},
  });
  await stage.start();
  const { channels } = stage.calls;
  const { entry: technology } = channels.technologies()[0]!;
  const leg = testChannel(channels).leg;
  for (const channel of channels.values()) channel.end();
  const channel = channels.create({ technology, device: '1008', state: 'Up', leg: () => leg })!;
  const release = channels.uses.begin('app_echo', channel)!;
  void channel.wait().then(() => {
    if (app.stubborn) return;
    stage.probe.tell('the application has returned');
    release();
    channel.end();
  });
  return { stage, channel, channels };
}

test('a module in use by a channel is not unloaded, and the refusal names the channel', async t => {
  const { stage, channel } = await running(t);
  for (const name of ['app_echo', 'chan_paper']) {
    await assert.rejects(stage.loader.unload(name), new RegExp(`^LoadError: ${name} is in use by ${channel.name}$`));
    await assert.rejects(stage.loader.refresh(name, true), /is in use by Paper\/1008-00000000/);
  }
  const rows = stage.loader.rows().filter(({ useCount }) => useCount > 0);
  assert.deepEqual(
    rows.map(({ name, useCount, users }) => [name, useCount, users]),
    [
      ['app_echo', 1, [channel.name]],
      ['chan_paper', 1, [channel.name]],
    ],
  );
  assert.deepEqual(stage.loader.unloadable(), ['app_idle']);
  channel.requestHangup();
  await channel.whenEnded();
  await stage.loader.unload('app_echo');
  await stage.loader.unload('chan_paper');
  assert.equal(stage.held, 0);
});

for (const name of ['app_echo', 'chan_paper']) {
  test(`by force, the channels that use ${name} hang up and end before it goes`, async t => {
    const { stage, channel, channels } = await running(t);
    stage.events.on('channelEnded', () => stage.probe.tell('the channel has ended'));
    await stage.loader.unload(name, 'firm');
    assert.equal(channel.hangupCause, 16);
    await channel.whenEnded();
    assert.deepEqual(stage.probe.told.slice(0, 2), ['the application has returned', 'the channel has ended']);
    assert.deepEqual([channels.size, stage.clock.pending, stage.running().includes(name)], [0, 0, false]);
    await stage.loader.load(name);
    assert.equal(channels.uses.isLeaving(name), false);
  });
}

test('an application that does not heed the hangup holds a forced unload up for 2 s, then its channel is ended', async t => {
  const { stage, channel, channels } = await running(t, { stubborn: true });
  const unloaded = stage.loader.unload('app_echo', 'firm');
  await stage.pass(1999);
  assert.equal(channel.ended, false);
  stage.clock.advance(1);
  await unloaded;
  assert.deepEqual([channel.ended, channels.size, stage.clock.pending], [true, 0, 0]);
  assert.deepEqual(stage.lines, ['WARNING: loader: app_echo: 1 of its channels did not end by themselves']);
});

test('a module that goes takes no new channel and runs nothing; one that refuses to go does again', async t => {
  const stage = await LoaderStage.of(t, {
    chan_paper: { load: PAPER, unload: "await probe.gate('goodbye'); throw new LoadDeclined('not now');" },
  });
  await stage.start();
  const { channels } = stage.calls;
  const { entry: technology } = channels.technologies()[0]!;
  const { leg, channel: other } = testChannel(channels);
  const create = () => channels.create({ technology, device: 'a', state: 'Down', leg: () => leg });
  const refused = assert.rejects(stage.loader.unload('chan_paper'), /refuses to be unloaded: not now/);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(create(), undefined);
  assert.equal(channels.uses.begin('chan_paper', other), undefined);
  stage.probe.open('goodbye');
  await refused;
  create()!.end();
  other.end();
  assert.equal(channels.size, 0);
});

test('an application that runs is a use of its module, until it returns', async () => {
  const stage = await DialplanStage.of({});
  const { uses } = stage.calls.channels;
  const seen: number[] = [];
  stage.bring(
    application('Look', () => void seen.push(uses.count('test'))),
    application('Fail', () => {
      throw new Error('it fails');
    }),
  );
  const { channel } = stage.channel();
  await stage.engine.execute(channel, 'look', '');
  await assert.rejects(stage.engine.execute(channel, 'Fail', ''));
  assert.deepEqual([seen, uses.count('test')], [[1], 0]);
  const stay = uses.leave('test');
  await assert.rejects(stage.engine.execute(channel, 'Look', ''), /there is no application Look: its module goes/);
  stay();
  channel.end();
});

test('several uses by one channel are one user until the last has ended; who waits hears of it then', async () => {
  const uses = new ChannelUses();
  const channel = { name: 'Paper/a-00000000' } as Channel;
  const ends = [uses.begin('app_a', channel)!, uses.begin('app_a', channel)!];
  let free = false;
  const waiting = uses.whenFree('app_a').then(() => {
    free = true;
  });
  ends[0]!();
  ends[0]!(); // ends once
  await Promise.resolve();
  assert.deepEqual([uses.of('app_a'), uses.count('app_a'), free], [[channel], 1, false]);
  ends[1]!();
  await waiting;
  assert.equal(uses.count('app_a'), 0);
  await uses.whenFree('app_a');
});

test('of many channels the first few are named, the others counted', () => {
  const channels = ['a', 'b', 'c', 'd', 'e'].map(name => ({ name }) as Channel);
  assert.deepEqual(namesOf(channels), ['a', 'b', 'c', '2 more channels']);
  assert.deepEqual(namesOf(channels.slice(0, 4)), ['a', 'b', 'c', '1 more channel']);
  assert.deepEqual(namesOf(channels.slice(0, 3)), ['a', 'b', 'c']);
});
