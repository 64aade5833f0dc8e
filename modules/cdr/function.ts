/** `CDR(field[,options])` and `CDR_PROP(property)`: what the dialplan reads of its record and writes to it. */
import {
  ApplicationError,
  type Channel,
  type DialplanFunction,
  dateTime,
  type FunctionCall,
  splitArguments,
} from '#core';
import type { Engine } from './engine.js';
import { amaNumber, type CallRecord, dispositionNumber } from './record.js';

const TIMES = ['start', 'answer', 'end'] as const;
const READ_ONLY = new Set([
  ...['clid', 'src', 'dst', 'dcontext', 'channel', 'dstchannel', 'lastapp', 'lastdata', ...TIMES],
  ...['duration', 'billsec', 'disposition', 'uniqueid', 'linkedid', 'sequence'],
]);

const channelOf = ({ channel }: FunctionCall, name: string): Channel => {
  if (!channel) throw new ApplicationError(`${name} needs a channel`);
  return channel;
};

/** Seconds with fractions, as options f and u have them. */
const fraction = (ms: number): string => (ms / 1000).toFixed(6);

function fieldText(record: CallRecord, field: string, options: string): string {
  const name = field.toLowerCase();
  const [precise, raw] = [options.includes('f'), options.includes('u')];
  const time = TIMES.find(one => one === name);
  if (time) {
    const at = record[time];
    if (at === undefined) return raw ? '0.000000' : '';
    return raw ? fraction(at) : dateTime(at);
  }
  if (precise && name === 'duration') return fraction(record.end - record.start);
  if (precise && name === 'billsec')
    return record.answer === undefined ? '0.000000' : fraction(record.end - record.answer);
  if (raw && name === 'disposition') return String(dispositionNumber(record.disposition));
  if (raw && name === 'amaflags') return String(amaNumber(record.amaflags));
  const own = name !== 'variables' && Object.hasOwn(record, name);
  const value = own ? record[name as Exclude<keyof CallRecord, 'variables'>] : undefined;
  return value === undefined ? (record.variables.get(field) ?? '') : String(value);
}

export const functions = (engine: Engine): DialplanFunction[] => [
  {
    name: 'CDR',
    synopsis: 'Gets or sets a field of the call record.',
    syntax: 'CDR(name[,options])',
    arguments: [
      {
        name: 'name',
        help: 'A field: accountcode, userfield, amaflags …; another name is a variable of the record',
        required: true,
      },
      { name: 'options', help: 'f: seconds with fractions; u: numbers in place of words and dates' },
    ],
    read(call) {
      const [name = '', options = ''] = splitArguments(call.data);
      const entry = engine.ledger.current(channelOf(call, 'CDR'));
      return entry ? fieldText(entry.record(call.channel!.clock.now()), name, options) : '';
    },
    write(call, value) {
      const channel = channelOf(call, 'CDR');
      const name = (splitArguments(call.data)[0] ?? '').trim();
      const field = name.toLowerCase();
      if (READ_ONLY.has(field)) throw new ApplicationError(`CDR(${name}) cannot be set`);
      if (field === 'accountcode') return channel.changeAccount(value);
      if (field === 'amaflags') channel.amaflags = value.toUpperCase();
      else if (field === 'peeraccount') channel.peeraccount = value;
      else {
        const entry = engine.ledger.current(channel);
        if (field === 'userfield') {
          channel.userfield = value;
          if (entry) entry.userfield = value;
        } else entry?.set(name, value);
      }
      return undefined;
    },
  },
  {
    name: 'CDR_PROP',
    synopsis: 'Sets a property of how the call is recorded.',
    syntax: 'CDR_PROP(name)',
    arguments: [
      {
        name: 'name',
        help: 'disable: 1 records nothing of this channel, 0 does again; party_a: cannot be had here',
        required: true,
      },
    ],
    write(call, value) {
      const channel = channelOf(call, 'CDR_PROP');
      const name = call.data.trim().toLowerCase();
      if (name !== 'disable') throw new ApplicationError(`CDR_PROP(${call.data}) is not there; disable is`);
      engine.ledger.disable(channel, !['', '0', 'no', 'false', 'off'].includes(value.trim().toLowerCase()));
    },
  },
];
