/** `sip show bans`, `sip ban`, `sip unban`: whom nobody listens to, whichever service found him out. */
import { type BanRow, type Command, CommandError, quotable, type TableShape } from '#core';
import type { SipView } from './view.js';

const BANS: TableShape<BanRow> = {
  layout: '%-43.43s %-24.24s %-12.12s %9s  %s',
  columns: [
    { title: 'Address', key: 'address', value: ({ network }) => network },
    { title: 'Account', key: 'account', value: ({ account }) => (account === undefined ? '(all)' : quotable(account)) },
    { title: 'Left', key: 'left', value: ({ left }) => `${Math.ceil(left / 1000)} s` },
    { title: 'Dropped', key: 'dropped', value: ({ dropped }) => dropped },
    { title: 'Reason', key: 'reason', value: ({ reason }) => reason },
  ],
};

/** Longest ban by hand: a year. */
const LONGEST = 31_536_000;

const show = (view: SipView): Command => ({
  syntax: 'sip show bans',
  summary: 'Addresses that are not listened to, and for how long',
  help:
    'What comes from them is dropped unread, by every service. authfailmax in sip.conf and manager.conf says after how many\n' +
    'failed logins; sip unban lets one in again. Where an account stands beside it, only that one is not listened to there.',
  run({ out }) {
    const rows = view.bans.rows();
    out.table(BANS, rows);
    out.line(
      `${rows.length} bans, ${view.bans.dropped} messages and connections dropped, ${view.shield.scanners} requests of scanners`,
    );
  },
});

function secondsOf(view: SipView, text: string | undefined): number {
  if (text === undefined) return view.general.authbantime;
  const seconds = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > LONGEST)
    throw new CommandError(`'${text}' is no number of seconds from 1 to ${LONGEST}`);
  return seconds;
}

const ban = (view: SipView): Command => ({
  syntax: 'sip ban <address> [<seconds>]',
  summary: 'Stop listening to an address',
  help:
    'For authbantime seconds where none are given. Of an IPv6 address its network of 64 bits is meant. It is not asked\n' +
    'whether banexempt or banlocal would spare the address.',
  run({ args, out }) {
    const address = args['address']!;
    const seconds = secondsOf(view, args['seconds']);
    const network = view.bans.ban(address, seconds * 1000, 'by the operator');
    if (network === undefined) throw new CommandError(`'${address}' is no address`);
    out.line(`${network} is banned for ${seconds} seconds.`);
  },
});

const unban = (view: SipView): Command => ({
  syntax: 'sip unban {all|<address>}',
  summary: 'Listen to an address again, or to everybody',
  help: 'What was counted of it counts no more.',
  complete: { address: () => new Set(view.bans.rows().map(({ network }) => network)) },
  run({ args, out }) {
    const address = args['address'];
    // As the table shows it: the address stands for its network.
    const lifted = view.bans.lift(address?.replace(/\/64$/, ''));
    if (lifted === 0 && address !== undefined) throw new CommandError(`'${address}' is not banned`);
    out.line(`${lifted} bans lifted.`);
  },
});

export const banCommands = (view: SipView): Command[] => [show, ban, unban].map(make => make(view));
