/** The channels and dialplan tables of a PBX in a test. */
import assert from 'node:assert/strict';
import { ActivityCount } from '../../core/activity.js';
import { type Calls, openCalls } from '../../core/calls.js';
import type { Clock } from '../../core/clock.js';
import { traceOf } from '../../core/errors.js';
import type { Events } from '../../core/events.js';

export const testCalls = (clock: Clock, events: Events): Calls =>
  openCalls({
    clock,
    systemname: '',
    language: 'en',
    maxcalls: 0,
    activity: new ActivityCount(),
    takes: () => 'all',
    failed: (what, thrown) => assert.fail(`${what}: ${traceOf(thrown)}`),
    emit: (event, fact) => events.emit(event, fact),
  });
