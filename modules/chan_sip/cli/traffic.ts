/** `sip show traffic`: how many messages came and went, and what became of those that came. */
import type { Command } from '#core';
import type { SipView, Traffic } from './view.js';

type Line = readonly [title: string, key: keyof Traffic];

const PASSED: readonly Line[] = [
  ['Received', 'received'],
  ['Sent', 'sent'],
  ['Not sent for an error', 'sendErrors'],
  ['Transactions now', 'transactions'],
];

/** Every message that was received is in one of these. */
export const FATES: readonly Line[] = [
  ['Requests answered at once', 'answered'],
  ['Calls begun', 'begun'],
  ['Requests within calls', 'inDialog'],
  ['Repeats of requests', 'repeats'],
  ['Acknowledgements', 'acks'],
  ['Responses', 'responses'],
  ['Passed on between nodes', 'relayed'],
  ['Waiting for the database now', 'waiting'],
  ['Keep-alives', 'keepalives'],
  ['Malformed', 'malformed'],
  ['Dropped: banned addresses', 'banned'],
  ['Dropped: scanners, banned accounts', 'silenced'],
  ['Dropped: without a From tag', 'untagged'],
  ['Dropped: stray acknowledgements', 'strayAcks'],
  ['Dropped: stray responses', 'strayResponses'],
  ['Dropped: waiting already', 'held'],
  ['Dropped: database away', 'away'],
  ['Dropped: before devices were read', 'early'],
  ['Dropped: too late', 'late'],
  ['Dropped: faults of ours', 'faults'],
];

const PARTS: readonly Line[] = [
  ['Malformed without an answer', 'dropped'],
  ['Answered for want of room', 'refused'],
];

/** What came of those who connected and never sent a message, or one too many. */
export const CONNECTIONS: readonly Line[] = [
  ['Connections without a handshake', 'unshaken'],
  ['WebSockets ended for a bad frame', 'misframed'],
  ['Connections cut off by us', 'cut'],
];

export const showTraffic = (view: SipView): Command => ({
  syntax: 'sip show traffic',
  summary: 'Messages that came and went, and what became of them',
  help:
    'Counts since chan_sip was loaded, over every transport. What was received is the sum of the lines under it:\n' +
    'nothing is dropped without a reason. The two after those are parts of others, the last three are no messages.',
  run({ out }) {
    const traffic = view.traffic();
    const fields = (lines: readonly Line[]) => lines.map(([title, key]) => [title, traffic[key], key] as const);
    out.fields('%-36s %s', fields(PASSED));
    out.line();
    out.fields('  %-34s %s', fields(FATES));
    out.line();
    out.fields('  %-34s %s', fields(PARTS));
    out.line();
    out.fields('  %-34s %s', fields(CONNECTIONS));
  },
});
