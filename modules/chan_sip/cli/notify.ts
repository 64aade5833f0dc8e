/** `sip notify`: a NOTIFY of a type of sip_notify.conf to devices. */
import { type Command, CommandError, type Output } from '#core';
import { noticeOf } from '../user/notice.js';
import { callable } from './peers.js';
import type { SipView } from './view.js';

export const sendNotify = (view: SipView): Command => ({
  syntax: 'sip notify <type> <peer>...',
  summary: 'Send a NOTIFY to devices',
  help: 'The types are the sections of sip_notify.conf. It goes to every contact of a device; a refusal is in the log.',
  complete: {
    type: () => view.notifyTypes.keys(),
    peer: words =>
      [...view.peers.values()].filter(callable).flatMap(({ name }) => (words.includes(name) ? [] : [name])),
  },
  async run({ args, rest, out }) {
    const type = args['type']!;
    if (view.notifyTypes.size === 0) {
      throw new CommandError('No sip_notify.conf file found, or no types listed there');
    }
    const lines = view.notifyTypes.get(type);
    if (!lines) throw new CommandError(`Unable to find notify type '${type}'`);
    for (const name of rest) await send(view, { type, name, notice: noticeOf(lines) }, out);
  },
});

interface Order {
  readonly type: string;
  readonly name: string;
  readonly notice: ReturnType<typeof noticeOf>;
}

/** One that cannot be sent keeps no other from being sent. */
async function send(view: SipView, { type, name, notice }: Order, out: Output): Promise<void> {
  const peer = await view.load(name, 'register');
  const became = peer && callable(peer) ? view.notify(peer, notice) : 'nowhere';
  if (became === 'nowhere') out.line(`Could not create address for '${name}'`);
  else if (became === 'full') out.line(`Too many NOTIFYs wait for their answers; '${name}' is sent none`);
  else out.line(`Sending NOTIFY of type '${type}' to '${name}'`);
}
