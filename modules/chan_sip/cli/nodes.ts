/** `sip show nodes`: who shares the database, and who holds how many registrations. */
import type { Command, TableShape } from '#core';
import { formatEndpoint } from '../transport/transport.js';
import type { NodeRow } from '../user/nodes/node-table.js';
import type { SipView } from './view.js';

const NODES: TableShape<NodeRow> = {
  layout: '%-20.20s %-46.46s %-10s %13s %s',
  columns: [
    { title: 'Node', key: 'name', value: ({ name }) => name },
    { title: 'Address', key: 'address', value: ({ address }) => (address ? formatEndpoint(address) : '') },
    { title: 'Seen', key: 'seenAgo', value: ({ seenAgo }) => `${(seenAgo / 1000).toFixed(1)} s ago` },
    { title: 'Registrations', key: 'registrations', value: ({ registrations }) => registrations },
    { title: 'State', key: 'state', value: ({ state }) => state },
  ],
};

export const showNodes = (view: SipView): Command => ({
  syntax: 'sip show nodes',
  summary: 'The nodes that share the database: where they are, and whether they live',
  help:
    'There are nodes where sip.conf has nodeaddress, asterisk.conf a systemname, and extconfig.conf maps sipnodes.\n' +
    'One that is not believed has an address that nodepermit does not name.',
  run({ out }) {
    if (!view.nodes.active) {
      out.line('This is no node of several: sip.conf has no nodeaddress that is in force.');
      return;
    }
    const rows = view.nodes.rows();
    out.table(NODES, rows);
    out.line(`${rows.length} nodes, ${rows.filter(({ state }) => state === 'this' || state === 'alive').length} alive`);
  },
});
