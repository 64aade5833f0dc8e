/** What happens to a Dial in one turn of the event loop, as when messages of both ends come in one piece over a connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import appDial from '../../modules/app_dial/index.js';
import { ApplicationStage } from '../support/application-stage.js';

type Event = (caller: Channel, callee: Channel) => void;

const gone: Event = caller => caller.requestHangup(16);
const redirected: Event = caller => caller.redirect({ context: 'in', extension: '200', priority: 1 });
const answered: Event = (_caller, callee) => callee.nowAnswered();

const CASES: readonly [what: string, events: readonly Event[]][] = [
  ['gives up, and then the other end answers', [gone, answered]],
  ['is answered, and then gives up', [answered, gone]],
  ['is sent elsewhere, and then the other end answers', [redirected, answered]],
  ['is answered, and then sent elsewhere', [answered, redirected]],
];

for (const [what, events] of CASES) {
  test(`of a caller who in one turn ${what}, no channel is left`, async () => {
    const stage = await ApplicationStage.of([appDial], { in: '100, Dial(Paper/bob)' });
    const caller = stage.caller('100@in');
    const run = stage.engine.run(caller);
    await stage.settled();
    const callee = stage.callee();
    for (const event of events) event(caller, callee);
    await stage.ended(caller, run);
    await stage.settled();
    assert.equal(callee.ended, true);
    await stage.close();
  });
}
