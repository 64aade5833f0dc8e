/** NoCDR, ResetCDR, ForkCDR: the dialplan's hand on its record. */
import { type Application, parseOptions } from '#core';
import type { Engine } from './engine.js';

export const applications = ({ ledger }: Engine): Application[] => [
  {
    name: 'NoCDR',
    synopsis: 'Records nothing of this call.',
    syntax: 'NoCDR()',
    run: channel => ledger.disable(channel, true),
  },
  {
    name: 'ResetCDR',
    synopsis: 'Begins the call record anew.',
    syntax: 'ResetCDR([options])',
    options: [
      { name: 'v', help: 'Keep the variables of the record' },
      { name: 'e', help: 'Record the call again after NoCDR' },
    ],
    run(channel, data) {
      const { options } = parseOptions(data, { v: 'flag', e: 'flag' });
      if (options.e) ledger.disable(channel, false);
      ledger.reset(channel, !options.v);
    },
  },
  {
    name: 'ForkCDR',
    synopsis: 'Keeps the call record so far and begins another.',
    syntax: 'ForkCDR([options])',
    options: [
      { name: 'a', help: 'The new record is answered if the channel is' },
      { name: 'e', help: 'End the record so far' },
      { name: 'r', help: 'Begin the times of the new record anew: they always do' },
      { name: 'v', help: 'Give the new record the variables of the one so far' },
    ],
    run(channel, data) {
      const { options } = parseOptions(data, { a: 'flag', e: 'flag', r: 'flag', v: 'flag' });
      ledger.fork(channel, { finish: options.e, variables: options.v });
    },
  },
];
