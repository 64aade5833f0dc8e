/** Rows of devices that are not as they should be, what their phones are answered, and what the log says. */
import type { Columns } from './realtime-phones.js';

export const ODD: readonly [what: string, row: Columns, status: number, told: RegExp | undefined][] = [
  ['with quotes and semicolons in its secret', { secret: `a';"b; -- DROP TABLE` }, 200, undefined],
  ['with a secret of 10,000 characters', { secret: 'x'.repeat(10_000) }, 200, undefined],
  ['with NULL wherever there may be one', { secret: 's', type: null, context: null }, 200, undefined],
  ['with numbers that are none', { secret: 's', regseconds: 'soon', port: 'there', lastms: 'x' }, 200, undefined],
  [
    'with a value that cannot be taken',
    { secret: 's', 'call-limit': 'many' },
    200,
    /WARNING.*sippeers name=\w+: call-limit: expected/,
  ],
  ['with a rule that cannot be taken', { secret: 's', deny: 'all' }, 403, /WARNING.*sippeers name=\w+: deny: expected/],
  ['of type user', { secret: 's', type: 'user' }, 403, undefined],
  ['that is elsewhere', { secret: 's', host: '192.0.2.1' }, 403, /Peer is not supposed to register/],
];
