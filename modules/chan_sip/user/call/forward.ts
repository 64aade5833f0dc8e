/** Where a 3xx sends a call: an extension of ours, or with promiscredir whomever it names. */
import type { Message } from '../../message/message.js';
import { decode } from '../../message/octets.js';
import { hostPort, percentDecode } from '../../message/uri.js';
import { quotable } from '../quotable.js';
import type { OutgoingLeg } from './outgoing-leg.js';

/** A dial string; undefined: it names nobody. */
export function forwardTo(leg: OutgoingLeg, message: Message): string | undefined {
  const contact = message.contacts.find(({ uri }) => uri.scheme === 'sip' || uri.scheme === 'sips');
  if (!contact) return undefined;
  const { user = '', host, port, params } = contact.uri;
  const extension = decode(percentDecode(user));
  leg.desk.site.log.verbose(3, `'${leg.channel.name}' sends the call on to '${quotable(contact.uri.text)}'`);
  // What separates in dial strings comes from the wire here, and must separate nothing.
  if (/[&!/,\x00-\x1f\x7f]/.test(extension)) return undefined;
  if (!leg.option('promiscredir')) return extension === '' ? undefined : `Local/${extension}@${leg.option('context')}`;
  const transport = params.get('transport')?.toLowerCase() ?? '';
  const over = /^(?:udp|tcp|tls|ws|wss)$/.test(transport) ? `::::${transport}` : '';
  return `SIP/${extension}${over}${extension === '' && over === '' ? '' : '@'}${hostPort(host, port)}`;
}
