/** `sip prune realtime`: devices of the database leave memory, and are read again when they are needed. */
import { type Command, CommandError, type Output } from '#core';
import type { Peer } from '../user/peer.js';
import { patternOf } from './pattern.js';
import type { SipView } from './view.js';

const kept = ({ peers }: SipView): Peer[] => [...peers.values()].filter(({ origin }) => origin === 'realtime');

function pruneOne(view: SipView, name: string, out: Output): void {
  const peer = view.peers.get(name);
  if (!peer) throw new CommandError(`Peer '${name}' not found.`);
  if (peer.origin !== 'realtime') {
    throw new CommandError(`Peer '${name}' is not a Realtime peer, cannot be pruned.`);
  }
  view.prune(peer);
  out.line(`Peer '${name}' pruned.`);
}

function pruneAll(view: SipView, pattern: string | undefined, out: Output): void {
  const matches = patternOf(pattern);
  const found = kept(view).filter(({ name }) => matches(name));
  for (const peer of found) view.prune(peer);
  out.line(found.length > 0 ? `${found.length} peers pruned.` : 'No peers found to prune.');
}

export const prune = (view: SipView): Command => ({
  syntax: 'sip prune realtime {peer {all|like <pattern>|<name>}|all|like <pattern>|<name>}',
  summary: 'Let go of devices of the database, so that they are read again',
  help: 'Registrations stay in their rows. With a pattern, a regular expression, those whose name it matches.',
  complete: { name: () => kept(view).map(({ name }) => name) },
  run({ args, out }) {
    if (args['name'] !== undefined) pruneOne(view, args['name'], out);
    else pruneAll(view, args['pattern'], out);
  },
});
