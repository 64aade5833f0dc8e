/** `sip show overload`: whether somebody is turned away, who, and why. */
import type { Command } from '#core';
import { CLASSES } from '../user/overload.js';
import type { SipView } from './view.js';

const LAYOUT = '  %-24s%s';

export const showOverload = (view: SipView): Command => ({
  syntax: 'sip show overload',
  summary: 'Whether there is too much to do, and who was asked to come again later',
  help:
    'Strangers are turned away first, then registrations and calls that begin, then registrations that are renewed.\n' +
    'overloaddelay, overloadqueue and overloadbacklog in sip.conf say from where on; core show delay tells more of the event loop.',
  run({ out }) {
    const { level, delay, queue, backlog, shed } = view.overload();
    const { overloaddelay, overloadqueue, overloadbacklog } = view.general;
    const limit = (value: number, unit: string): string => (value === 0 ? 'no limit' : `from ${value} ${unit}`);
    out.fields(LAYOUT, [
      ['Turned away:', level === 0 ? 'nobody' : CLASSES.slice(0, level).join(', '), 'turnedAway'],
      ['Event loop late by:', `${Math.round(delay)} ms (${limit(overloaddelay, 'ms')})`, 'delay'],
      ['Queues full by:', `${queue} % (${limit(overloadqueue, '%')})`, 'queue'],
      ['Datagrams waiting for:', `${Math.round(backlog / 1000)} s (${limit(overloadbacklog, 's')})`, 'backlog'],
      ...CLASSES.map(name => [`Answered 503, ${name}:`, shed[name], name] as const),
    ]);
  },
});
