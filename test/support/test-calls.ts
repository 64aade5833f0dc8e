/** The channels and dialplan tables of a PBX in a test. */
import { ActivityCount } from '../../core/activity.js';
import { type Calls, openCalls } from '../../core/calls.js';
import type { Clock } from '../../core/clock.js';
import type { Events } from '../../core/events.js';

export const testCalls = (clock: Clock, events: Events): Calls =>
  openCalls({
    clock,
    systemname: '',
    language: 'en',
    maxcalls: 0,
    activity: new ActivityCount(),
    takes: () => 'all',
    emit: (event, fact) => events.emit(event, fact),
  });
