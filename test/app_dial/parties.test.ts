/** Who those are that a call connects: what is told of them before and while it rings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dial } from '../../modules/app_dial/dial.js';
import { DialStage } from './dial-stage.js';

test('who is called is told with the extension that calls, its number and who calls, before it is called', async () => {
  const stage = await DialStage.of();
  const told: string[] = [];
  const { events } = stage.core;
  events.on('applicationStarted', fact => void told.push(`${fact.channel.name} ${fact.application}(${fact.data})`));
  events.on('callerIdChanged', ({ channel }) => void told.push(`${channel.name} is ${channel.caller.number}`));
  events.on(
    'connectedLineChanged',
    ({ channel }) => void told.push(`${channel.name} with ${channel.connected.number}`),
  );
  events.on('dialBegan', ({ callee }) => void told.push(`${callee.name} at ${callee.position.extension}`));
  const { caller } = stage.dial('Paper/b');
  await stage.ringing(1);
  assert.deepEqual(told, [
    'Paper/b-00000001 AppDial((Outgoing Line))',
    'Paper/b-00000001 is 1009',
    'Paper/b-00000001 with 1008',
    'Paper/b-00000001 at 1009',
  ]);
  await stage.close(caller);
});

for (const [what, connected, dnid, driver, wanted] of [
  ['whom its driver says', undefined, '300', '2002', '2002'],
  ['whom the caller is connected with', '77', '300', undefined, '77'],
  ['what was dialled at first', undefined, '300', undefined, '300'],
  ['the extension', undefined, '', undefined, '200'],
] as const) {
  test(`the one that is dialled is ${what}`, async () => {
    const stage = await DialStage.of();
    const caller = stage.paper.incoming('1008', { extension: '200' });
    caller.dnid = dnid;
    caller.connected = { ...caller.connected, number: connected };
    const { request } = stage.paper;
    stage.paper.request = (destination, asked) => {
      const made = request.call(stage.paper, destination, asked);
      if ('caller' in made) made.caller = { ...made.caller, number: driver };
      return made;
    };
    const ended = dial(stage.tools, caller, 'Paper/1009');
    const [callee] = await stage.ringing(1);
    assert.equal(callee!.caller.number, wanted);
    caller.requestHangup(16);
    await ended;
    await stage.close(caller);
  });
}
