/** `sip show registry`: where we register, and what came of it. */
import { type Command, compileDate, type TableShape } from '#core';
import { hostPort } from '../message/uri.js';
import type { RegistryRow, SipView } from './view.js';

const { print } = compileDate('%a, %d %b %Y %T');

const REGISTRY: TableShape<RegistryRow> = {
  layout: '%-39.39s %-6.6s %-12.12s  %8d %-20.20s %-25.25s',
  heading: '%-39.39s %-6.6s %-12.12s  %8.8s %-20.20s %-25.25s',
  columns: [
    { title: 'Host', key: 'host', value: ({ terms }) => hostPort(terms.host, terms.port) },
    { title: 'dnsmgr', key: 'dnsmgr', value: () => 'N' },
    { title: 'Username', key: 'username', value: ({ terms }) => terms.username },
    { title: 'Refresh', key: 'refresh', value: ({ refresh }) => refresh },
    { title: 'State', key: 'state', value: ({ text }) => text },
    { title: 'Reg.Time', key: 'registered', value: ({ registeredAt: at }) => (at === undefined ? '' : print(at)) },
  ],
};

export const showRegistry = (view: SipView): Command => ({
  syntax: 'sip show registry',
  summary: 'Our registrations with other servers',
  help: 'One line for each register line and each device with callbackextension. Refresh is in seconds.',
  run({ out }) {
    const rows = [...view.registrations()];
    out.table(REGISTRY, rows);
    out.line(`${rows.length} SIP registrations.`);
  },
});
