/** The lines of `sip show peer` about contacts, for devices that may have several of them. */
import type { Field } from '#core';
import { decode } from '../message/octets.js';
import { formatEndpoint } from '../transport/transport.js';
import { type Binding, isUsable } from '../user/binding.js';
import type { Peer } from '../user/peer.js';
import { secondsLeft } from './seconds-left.js';
import type { SipView } from './view.js';

/** What qualify says of it, unless there is no way to it any more. */
export const contactStatus = (peer: Peer, binding: Binding): string =>
  isUsable(binding) ? peer.statusOf(binding.lastMs) : 'Disconnected';

/** One line each: where it is, then what it said of itself. None with the options as the original has them. */
export const contactFields = (peer: Peer, view: SipView): Field[] =>
  peer.several
    ? peer.bindings.map((binding, index): Field => {
        const number = index + 1;
        return [`Contact[${number}]`, wordsOf(peer, binding, view), `contact${number}`];
      })
    : [];

function wordsOf(peer: Peer, binding: Binding, view: SipView): string {
  const { contact, address, protocol, path, traits } = binding;
  const words = [
    `<${decode(contact)}>`,
    `at ${formatEndpoint(address)} ${protocol.toUpperCase()}`,
    `expires ${secondsLeft(binding, view)}`,
    contactStatus(peer, binding),
  ];
  if (path.length > 0) words.push(`path ${decode(path.join(','))}`);
  if (traits?.q) words.push(`q ${traits.q}`);
  if (traits?.instance) words.push(`instance ${traits.instance}`);
  if (traits?.regId !== undefined) words.push(`reg-id ${traits.regId}`);
  return words.join(', ');
}
