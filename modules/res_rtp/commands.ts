/** The `rtp` and `rtcp` commands. */
import { isIP } from 'node:net';
import { type Command, CommandError, type TableShape, yesOrNo } from '#core';
import type { MediaThreads, ThreadFigures } from './engine.js';
import type { General } from './options.js';
import { DROPS, type Drop, type Drops } from './orders.js';
import type { RtpAddress } from './token.js';
import { translationCommand } from './translation.js';

/** What the commands see. */
export interface RtpView {
  readonly general: General;
  readonly engine: MediaThreads;
}

const STRICT: Readonly<Record<General['strictrtp'], string>> = { yes: 'Yes', no: 'No', seqno: 'SeqNo' };

const showSettings = (view: () => RtpView): Command => ({
  syntax: 'rtp show settings',
  summary: 'Show how sound goes over the network',
  run({ out }) {
    const { general } = view();
    out.line();
    out.line();
    out.line('General Settings:');
    out.line('----------------');
    out.fields('  %-16s %s', [
      ['Port start:', general.rtpstart],
      ['Port end:', general.rtpend],
      ['Checksums:', yesOrNo(general.rtpchecksums)],
      ['DTMF Timeout:', general.dtmftimeout],
      ['Strict RTP:', STRICT[general.strictrtp]],
      ['Probation:', `${general.probation} frames`],
      ['Replay Protect:', yesOrNo(general.srtpreplayprotection)],
    ]);
    out.line();
  },
});

const threads: TableShape<ThreadFigures> = {
  layout: '%-8s %-10s %s',
  columns: [
    { title: 'Thread', key: 'thread', value: ({ thread }) => thread },
    { title: 'Ports', key: 'ports', value: ({ sessions }) => sessions },
    { title: 'Offered', key: 'offered', value: ({ offered }) => offered },
  ],
};

const drops: TableShape<readonly [drop: Drop, count: number]> = {
  layout: '%-16s %s',
  columns: [
    { title: 'Dropped', key: 'dropped', value: ([drop]) => drop },
    { title: 'Packets', key: 'packets', value: ([, count]) => count },
  ],
};

const rowsOf = (counts: Drops) => DROPS.map(drop => [drop, counts[drop]] as const);

const showStats = (view: () => RtpView): Command => ({
  syntax: 'rtp show stats',
  summary: 'Show the media threads and what they dropped',
  help: 'Ports are sessions and ends of pipes. Dropped packets are as of the last second.',
  run({ out }) {
    const { engine } = view();
    out.table(threads, engine.threads());
    out.line();
    out.table(drops, rowsOf(engine.drops));
    out.line();
    out.line(`${engine.opened} sessions opened, ${engine.refused} refused.`);
  },
});

/** `address`, `address:port`, `[v6]:port`. */
function filterOf(text: string): Partial<RtpAddress> {
  if (isIP(text) !== 0) return { address: text };
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? '';
  if (isIP(address) === 0 || Number(port ?? 0) > 65_535) throw new CommandError(`'${text}' is no address`);
  return port === undefined ? { address } : { address, port: Number(port) };
}

const shown = ({ address = '', port }: Partial<RtpAddress>): string =>
  port === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`;

const setDebug = (what: 'rtp' | 'rtcp', view: () => RtpView): Command => ({
  syntax: `${what} set debug {on|off|ip <address>}`,
  summary: `Print ${what.toUpperCase()} packets as they go by: all, or those of one address`,
  help: 'An address may have a port. So many that nobody could read them are counted.',
  run({ args, chosen, out }) {
    const { engine } = view();
    const title = `${what.toUpperCase()} Packet Debugging`;
    if (args['address'] !== undefined) {
      const filter = filterOf(args['address']);
      engine.watched = { ...engine.watched, [what]: filter };
      out.line(`${title} Enabled for address ${shown(filter)}`);
    } else {
      const on = chosen.has('on');
      engine.watched = { ...engine.watched, [what]: on ? {} : undefined };
      out.line(`${title} ${on ? 'Enabled' : 'Disabled'}`);
    }
  },
});

const setStats = (view: () => RtpView): Command => ({
  syntax: 'rtcp set stats {on|off}',
  summary: 'Print what each RTCP report comes to',
  run({ chosen, out }) {
    const { engine } = view();
    const stats = chosen.has('on');
    engine.watched = { ...engine.watched, stats };
    out.line(`RTCP Stats ${stats ? 'Enabled' : 'Disabled'}`);
  },
});

export const commands = (view: () => RtpView): Command[] => [
  showSettings(view),
  showStats(view),
  setDebug('rtp', view),
  setDebug('rtcp', view),
  setStats(view),
  translationCommand,
];
