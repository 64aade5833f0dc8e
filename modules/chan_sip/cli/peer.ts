/** `sip show peer` and `sip show user`: everything about one device. */
import { type Call, type Command, CommandError, type Field, type Output, yesOrNo } from '#core';
import type { Peer } from '../user/peer.js';
import { contactFields } from './contact-lines.js';
import { PEER_LINES, PEER_LINES_LAST, type PeerLine, USER_LINES } from './peer-lines.js';
import { callable } from './peers.js';
import type { SipView } from './view.js';
import { variableLines } from './words.js';

const LAYOUT = '  %-13s: %s';

const fieldsOf = (lines: readonly PeerLine[], peer: Peer, view: SipView): Field[] =>
  lines.flatMap(([label, key, value]): Field[] => {
    const shown = value(peer, view);
    if (shown === undefined) return [];
    return typeof shown === 'object' ? shown.map(one => [label, one, key]) : [[label, shown, key]];
  });

function printPeer(peer: Peer, view: SipView, out: Output): void {
  out.line();
  out.line();
  out.fields(LAYOUT, [...fieldsOf(PEER_LINES, peer, view), ...contactFields(peer, view)]);
  for (const line of variableLines(peer)) out.line(line);
  out.fields(LAYOUT, fieldsOf(PEER_LINES_LAST, peer, view));
  out.line();
}

function printUser(peer: Peer, view: SipView, out: Output): void {
  out.line();
  out.line();
  out.fields(LAYOUT, fieldsOf(USER_LINES, peer, view));
  out.fields('  %s  %s ', [['Auto-Framing:', yesOrNo(peer.get('autoframing')), 'autoframing']]);
  for (const line of variableLines(peer)) out.line(line);
  out.line();
}

export const isCaller = (peer: Peer): boolean => peer.type !== 'peer';

const namesOf = (view: SipView, wanted: (peer: Peer) => boolean) => () =>
  [...view.peers.values()].filter(wanted).map(({ name }) => name);

/** Who is asked about, and how that is called. */
interface Kind {
  readonly word: 'Peer' | 'User';
  readonly purpose: 'register' | 'caller';
  readonly wanted: (peer: Peer) => boolean;
}

const PEER: Kind = { word: 'Peer', purpose: 'register', wanted: callable };
const USER: Kind = { word: 'User', purpose: 'caller', wanted: isCaller };

const find = async (view: SipView, { word, purpose, wanted }: Kind, { args, chosen }: Call): Promise<Peer> => {
  const name = args['name']!;
  const peer = chosen.has('load') ? await view.load(name, purpose) : view.peers.get(name);
  if (!peer || !wanted(peer)) throw new CommandError(`${word} ${name} not found.\n`);
  return peer;
};

export const showPeer = (view: SipView): Command => ({
  syntax: 'sip show peer <name> [load]',
  summary: 'Everything about one device that can be called',
  help: 'With load, a device that is only in the database is read from there.',
  complete: { name: namesOf(view, callable) },
  run: async call => printPeer(await find(view, PEER, call), view, call.out),
});

export const showUser = (view: SipView): Command => ({
  syntax: 'sip show user <name> [load]',
  summary: 'Everything about one device that may call',
  help: 'With load, a device that is only in the database is read from there.',
  complete: { name: namesOf(view, isCaller) },
  run: async call => printUser(await find(view, USER, call), view, call.out),
});
