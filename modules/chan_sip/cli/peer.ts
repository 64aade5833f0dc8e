/** `sip show peer` and `sip show user`: everything about one device. */
import { type Command, CommandError, type Field, type Output, yesOrNo } from '#core';
import type { Peer } from '../user/peer.js';
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
  out.fields(LAYOUT, fieldsOf(PEER_LINES, peer, view));
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

const find = (view: SipView, name: string, wanted: (peer: Peer) => boolean, word: string): Peer => {
  const peer = view.peers.get(name);
  if (!peer || !wanted(peer)) throw new CommandError(`${word} ${name} not found.\n`);
  return peer;
};

export const showPeer = (view: SipView): Command => ({
  syntax: 'sip show peer <name> [load]',
  summary: 'Everything about one device that can be called',
  help: 'With load, a device that is only in the database is read from there.',
  complete: { name: namesOf(view, callable) },
  run({ args, out }) {
    printPeer(find(view, args['name']!, callable, 'Peer'), view, out);
  },
});

export const showUser = (view: SipView): Command => ({
  syntax: 'sip show user <name> [load]',
  summary: 'Everything about one device that may call',
  help: 'With load, a device that is only in the database is read from there.',
  complete: { name: namesOf(view, isCaller) },
  run({ args, out }) {
    printUser(find(view, args['name']!, isCaller, 'User'), view, out);
  },
});
