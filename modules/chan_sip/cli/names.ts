/** `sip show dns`: what names cost, how the name servers answer, and which servers failed of late. */
import type { Command, TableShape } from '#core';
import type { NameCounts } from '../transport/resolver/name-service.js';
import type { AvoidedRow } from '../user/outgoing.js';
import type { SipView } from './view.js';

type ServerRow = NameCounts['servers'][number];

const count = (title: string, key: 'asked' | 'answered' | 'timeouts' | 'errors' | 'refusals' | 'strays') => ({
  title,
  key,
  value: (row: ServerRow) => String(row[key]),
});

const SERVERS: TableShape<ServerRow> = {
  layout: '%-47.47s %9s %9s %9s %9s %9s %9s %-6.6s',
  columns: [
    { title: 'Name server', key: 'server', value: row => row.server },
    count('Asked', 'asked'),
    count('Answered', 'answered'),
    count('Time-outs', 'timeouts'),
    count('Errors', 'errors'),
    count('Refusals', 'refusals'),
    count('Strays', 'strays'),
    { title: 'State', key: 'state', value: row => (row.silent ? 'Silent' : 'OK') },
  ],
};

const AVOIDED: TableShape<AvoidedRow> = {
  layout: '%-47.47s %9s',
  columns: [
    { title: 'Tried last', key: 'place', value: row => row.place },
    { title: 'Seconds', key: 'left', value: row => String(Math.ceil(row.left / 1000)) },
  ],
};

export const showNames = (view: SipView): Command => ({
  syntax: 'sip show dns',
  summary: 'Name servers that were asked, and answers that are kept',
  run({ out }) {
    const { cached, hits, misses, stale, dropped, servers } = view.names();
    out.table(SERVERS, [...servers]);
    out.line(`${cached} answers kept, ${hits} hits, ${misses} misses, ${stale} served late, ${dropped} not asked`);
    const avoided = view.avoided();
    if (avoided.length > 0) out.table(AVOIDED, [...avoided]);
  },
});
