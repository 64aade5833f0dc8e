/** The ladder: messages as they go by, of one device, address or Call-ID, for consoles that follow them. */
import { isIP } from 'node:net';
import type { Feed, FeedEntry } from '#core';
import type { Message } from '../message/message.js';
import { decode } from '../message/octets.js';
import { ParseError } from '../message/parse-error.js';
import { parse } from '../message/parser.js';
import { parseAddressPort } from '../options/values/hostport.js';
import { type Flow, formatEndpoint } from '../transport/transport.js';
import type { SipView } from './view.js';

/** Whether a message is one of those that are wanted; `message` is undefined where it cannot be read. */
type Wanted = (flow: Flow, message: Message | undefined) => boolean;

export const ladder = (view: SipView): Feed => ({
  name: 'ladder',
  title: 'SIP ladder',
  key: 'F6',
  filter: 'a device, an address, address:port or a Call-ID; empty for all messages',
  open(filter, hear) {
    const wanted = wantedBy(view, filter.trim());
    return view.tap.follow((direction, flow, octets) => {
      const message = read(octets);
      if (wanted(flow, message)) hear(entryOf(view.clock.now(), direction, flow, octets, message));
    });
  },
});

function wantedBy(view: SipView, filter: string): Wanted {
  if (filter === '') return () => true;
  const address = addressOf(filter);
  if (address !== undefined) return ({ remote }) => remote.address === address || formatEndpoint(remote) === address;
  // A device is looked up each time: it may move, and it may not be in memory yet.
  return ({ remote }, message) => {
    if (message?.callId === filter || users(message).includes(filter)) return true;
    const where = view.peers.get(filter)?.address;
    return where !== undefined && where.address === remote.address && where.port === remote.port;
  };
}

/** `192.0.2.1`, `192.0.2.1:5060`, `[2001:db8::1]:5060`; undefined for what is no address. */
function addressOf(filter: string): string | undefined {
  try {
    const { host, port } = parseAddressPort(filter);
    if (isIP(host) === 0) return undefined;
    return port === undefined ? host : formatEndpoint({ address: host, port });
  } catch (thrown) {
    // A Call-ID may be anything, so this is none of the operator's mistakes.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  }
}

const users = (message: Message | undefined): (string | undefined)[] =>
  message ? [message.from.uri.user, message.to.uri.user] : [];

function read(octets: string): Message | undefined {
  try {
    return parse(octets);
  } catch (thrown) {
    if (thrown instanceof ParseError) return undefined;
    throw thrown;
  }
}

function entryOf(
  at: number,
  direction: 'in' | 'out',
  flow: Flow,
  octets: string,
  message: Message | undefined,
): FeedEntry {
  const [ours, theirs] = [formatEndpoint(flow.local), formatEndpoint(flow.remote)];
  const [from, to] = direction === 'in' ? [theirs, ours] : [ours, theirs];
  const text = decode(octets).replaceAll('\r\n', '\n');
  return { at, from, to, label: labelOf(message, text), text, group: message?.callId ?? '' };
}

function labelOf(message: Message | undefined, text: string): string {
  if (!message) return text.slice(0, 40).split('\n')[0]!;
  return message.kind === 'request' ? message.method : `${message.status} ${message.reason}`;
}
