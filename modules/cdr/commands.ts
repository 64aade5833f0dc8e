/** `cdr show status`, `cdr show active`, `cdr submit`. */
import { type Command, CommandError, dateTime } from '#core';
import type { Engine } from './engine.js';
import type { CallRecord } from './record.js';

const yesNo = (on: boolean): string => (on ? 'Yes' : 'No');
const clock = (at: number | undefined): string => (at === undefined ? '(Unknown)' : dateTime(at).slice(11));
const span = (seconds: number): string =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map(n => String(n).padStart(2, '0'))
    .join(':');

const ACTIVE = {
  layout: '%-25.25s %-25.25s %-15.15s %-8.8s %-8.8s %-8.8s %-8.8s %-8.8s',
  columns: [
    { title: 'Channel', key: 'channel', value: ({ channel }: CallRecord) => channel },
    { title: 'Dst. Channel', key: 'dstchannel', value: ({ dstchannel }: CallRecord) => dstchannel || '<none>' },
    { title: 'LastApp', key: 'lastapp', value: ({ lastapp }: CallRecord) => lastapp },
    { title: 'Start', key: 'start', value: ({ start }: CallRecord) => clock(start) },
    { title: 'Answer', key: 'answer', value: ({ answer }: CallRecord) => clock(answer) },
    { title: 'End', key: 'end', value: () => clock(undefined) },
    { title: 'Billsec', key: 'billsec', value: ({ billsec }: CallRecord) => span(billsec) },
    { title: 'Duration', key: 'duration', value: ({ duration }: CallRecord) => span(duration) },
  ],
} as const;

function* status({ options, posting }: Engine): Generator<readonly [string, string]> {
  yield ['Logging', options.enable ? 'Enabled' : 'Disabled'];
  yield ['Mode', options.batch ? 'Batch' : 'Simple'];
  yield ['Log calls by default', yesNo(options.channeldefaultenabled)];
  yield ['Log unanswered calls', yesNo(options.unanswered)];
  yield ['Log congestion', yesNo(options.congestion)];
  yield ['Ignore bridging changes', yesNo(options.ignorestatechanges)];
  yield ['Ignore dial state changes', yesNo(options.ignoredialchanges)];
  yield ['Cancel disposition enabled', yesNo(options.canceldispositionenabled)];
  if (!options.batch) return;
  yield ['Safe shutdown', options.safeshutdown ? 'Enabled' : 'Disabled'];
  yield ['Current batch size', `${posting.batched} records`];
  yield ['Maximum batch size', `${options.size} records`];
  yield ['Maximum batch time', `${options.time} seconds`];
  yield [
    'Next batch processing time',
    posting.due === undefined ? 'none waits' : `${Math.ceil(posting.due / 1000)} seconds`,
  ];
}

export const commands = (engine: Engine): Command[] => [
  {
    syntax: 'cdr show status',
    summary: 'Show how calls are recorded, and who keeps the records',
    run({ out }) {
      out.line();
      out.line('Call Detail Record (CDR) settings');
      out.line('-'.repeat(34));
      out.fields(
        '  %-28s%s',
        [...status(engine)].map(([label, value]) => [`${label}:`, value, label] as const),
      );
      out.line();
      out.line('* Registered Backends');
      out.line('  -------------------');
      const backends = engine.posting.backends();
      if (backends.length === 0) out.line('    (none)');
      for (const { name, waiting, lost } of backends) {
        const trouble = [waiting > 0 ? `${waiting} wait` : '', lost > 0 ? `${lost} lost` : ''].filter(Boolean);
        out.line(`    ${name}${trouble.length > 0 ? ` (${trouble.join(', ')})` : ''}`);
      }
      out.line();
    },
  },
  {
    syntax: 'cdr show active [<channel>]',
    summary: 'Show the records of calls that are going on',
    complete: { channel: () => engine.ledger.active().map(({ channel }) => channel) },
    run({ args, out }) {
      const wanted = args['channel'];
      const rows = engine.ledger.active().filter(({ channel }) => wanted === undefined || channel === wanted);
      if (wanted !== undefined && rows.length === 0) throw new CommandError(`Unknown channel: ${wanted}`);
      out.table(ACTIVE, rows);
    },
  },
  {
    syntax: 'cdr submit',
    summary: 'Write the records of the batch now',
    run({ out }) {
      const { batched } = engine.posting;
      engine.posting.submit();
      out.line(`Submitted ${batched} call records.`);
    },
  },
];
