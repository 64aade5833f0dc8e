/** `sip show users`: one line for each device that may call. */
import { type Command, inSlices, isRestricted, type TableShape, yesOrNo } from '#core';
import type { Peer } from '../user/peer.js';
import { patternOf } from './pattern.js';
import { isCaller } from './peer.js';
import { devicesOf } from './peers.js';
import type { SipView } from './view.js';

const shape = (showsecrets: boolean): TableShape<Peer> => ({
  layout: '%-25.25s  %-15.15s  %-15.15s  %-15.15s  %-5.5s%-10.10s',
  columns: [
    { title: 'Username', key: 'name', value: peer => peer.name },
    { title: 'Secret', key: 'secret', value: peer => secretOf(peer, showsecrets) },
    { title: 'Accountcode', key: 'accountcode', value: peer => peer.get('accountcode') },
    { title: 'Def.Context', key: 'context', value: peer => peer.get('context') },
    { title: 'ACL', key: 'acl', value: peer => yesOrNo(isRestricted(peer.get('acl'))) },
    { title: 'Forcerport', key: 'forceRport', value: peer => yesOrNo(peer.forceRport) },
  ],
});

// The original prints passwords here; whoever wants that says so in asterisk.conf.
const secretOf = (peer: Peer, showsecrets: boolean): string => {
  const secret = peer.get('secret');
  return showsecrets || secret === '' ? secret : '<Set>';
};

export const showUsers = (view: SipView): Command => ({
  syntax: 'sip show users [like <pattern>]',
  summary: 'Devices that may call',
  help: 'With a pattern, a regular expression, those whose name it matches.',
  async run({ args, out }) {
    const matches = patternOf(args['pattern']);
    const users = await inSlices(
      devicesOf(view.peers, peer => isCaller(peer) && matches(peer.name)),
      1,
    );
    out.table(shape(view.showsecrets), users);
  },
});
