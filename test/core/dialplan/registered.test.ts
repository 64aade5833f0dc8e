/** Extensions of registered devices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followRegistered } from '../../../core/dialplan/registered.js';
import { Events } from '../../../core/events.js';
import { contextOf, contextsStage } from '../../support/dialplan-contexts.js';
import { keptLog } from '../../support/wire.js';

function stage() {
  const { contexts } = contextsStage();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const { log, lines } = keptLog();
  const end = followRegistered({ contexts, events, log });
  const tell = (extension: string, device: string, present: boolean) =>
    events.emit('registeredExtension', { context: 'here', extension, device, registrar: 'SIP', present });
  const there = () =>
    contexts
      .all()
      .flatMap(context => context.extensions())
      .flatMap(({ name, steps }) =>
        Array.from(steps.values(), step => `${name} ${step.application}(${step.data}) ${step.registrar}`),
      );
  return { contexts, events, lines, tell, there, end };
}

test('a registered device has its extension in a context that is made for it, as long as it is registered', () => {
  const { contexts, events, lines, tell, there, end } = stage();
  tell('1008', '1008', true);
  tell('1009', '1009', true);
  tell('1008', '1008', true);
  assert.deepEqual(there(), ['1008 Noop(1008) SIP', '1009 Noop(1009) SIP']);
  assert.equal(contexts.get('here')!.registrar, 'SIP');
  contexts.replace('pbx_config', [contextOf('here', [], 'pbx_config')]);
  tell('1008', '1008', false);
  assert.deepEqual([there(), lines], [['1009 Noop(1009) SIP'], []]);
  end();
  assert.equal(events.size, 0);
});

test('an extension of several devices is there while one of them is', () => {
  const { tell, there } = stage();
  tell('600', 'a', true);
  tell('600', 'b', true);
  assert.deepEqual(there(), ['600 Noop(b) SIP']);
  tell('600', 'b', false);
  assert.deepEqual(there(), ['600 Noop(a) SIP']);
  tell('600', 'a', false);
  assert.deepEqual(there(), []);
});

test('an extension that is written down is not replaced by a device', () => {
  const { contexts, lines, tell, there } = stage();
  contexts.replace('pbx_config', [contextOf('here', ['1008,1,Mine(x)'], 'pbx_config')]);
  tell('1008', '1008', true);
  tell('1008', '1008', false);
  assert.deepEqual(there(), ['1008 Mine(x) pbx_config']);
  assert.deepEqual(lines, ['warning: 1008@here of 1008: it is there already, of pbx_config']);
});
