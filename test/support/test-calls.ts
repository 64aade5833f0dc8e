/** The channels and dialplan tables of a PBX in a test. */
import assert from 'node:assert/strict';
import { ActivityCount } from '../../core/activity.js';
import { type Calls, openCalls } from '../../core/calls.js';
import type { Clock } from '../../core/clock.js';
import { traceOf } from '../../core/errors.js';
import type { Events } from '../../core/events.js';

/** `failed` hears of drivers and listeners that throw; a test that does not expect any fails by them. */
export const testCalls = (
  clock: Clock,
  events: Events,
  failed: (what: string, thrown: unknown) => void = (what, thrown) => assert.fail(`${what}: ${traceOf(thrown)}`),
): Calls =>
  openCalls({
    clock,
    systemname: '',
    language: 'en',
    maxcalls: 0,
    activity: new ActivityCount(),
    takes: () => 'all',
    failed,
    emit: (event, fact) => events.emit(event, fact),
  });
