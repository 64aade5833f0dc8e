/** A channel in a dialplan, with applications enough to walk with. */
import assert from 'node:assert/strict';
import type { Channel } from '../../../core/channel/channel.js';
import { type Application, ApplicationError, type Result } from '../../../core/dialplan/application.js';
import { raise } from '../../../core/dialplan/exception.js';
import { leave } from '../../../core/dialplan/stack.js';
import { application, DialplanStage } from '../../support/dialplan-stage.js';

/** Applications enough to walk with: those of the modules are tested there. */
const walking = (stage: DialplanStage): Application[] => [
  application('NoOp', () => undefined),
  application('Set', async (channel, data) => {
    const [name = '', value = ''] = data.split('=');
    await stage.engine.write(channel, name, value);
    return undefined;
  }),
  application('Goto', async (channel, data) => {
    channel.position = await stage.engine.target(channel, data);
    return undefined;
  }),
  application('Wait', async (channel, data) => {
    await channel.wait(Number(data) * 1000);
    return undefined;
  }),
  application('Digit', (_channel, digit) => ({ digit })),
  application('Result', (_channel, data) => data as Result),
  application('Raise', (channel, reason) => {
    raise(channel, reason);
    return undefined;
  }),
  application('Wrong', () => {
    throw new ApplicationError('expected a number');
  }),
  application('Broken', () => {
    throw new Error('a fault of ours');
  }),
  application('Sub', (channel, data) => stage.engine.subroutine(channel, data)),
  application('Return', channel => {
    channel.position = leave(channel) ?? channel.position;
    return undefined;
  }),
];

export async function walk(contexts: Readonly<Record<string, string>>, at = '100@in') {
  const stage = await DialplanStage.of(contexts);
  stage.bring(...walking(stage));
  const { channel, leg } = stage.channel(at);
  return { stage, channel, leg, engine: stage.engine };
}

/** Runs to the end, time passing as soon as somebody waits for it. */
export async function ended({ stage, channel }: { stage: DialplanStage; channel: Channel }) {
  let over = false;
  void stage.engine.run(channel).then(() => {
    over = true;
  });
  while (!over) {
    await new Promise(resolve => setImmediate(resolve));
    if (!over && stage.clock.pending > 0) stage.clock.advance(20_000);
  }
  assert.deepEqual([channel.ended, stage.calls.channels.size, stage.clock.pending], [true, 0, 0]);
  return stage.ran;
}
