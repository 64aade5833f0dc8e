/** Phones that are registered over a real socket, and calls to them whose channel a test owns. */
import assert from 'node:assert/strict';
import type { ChannelEvent, ChannelRequest } from '#core';
import { Channel } from '../../../core/channel/channel.js';
import type { CallPhone } from '../../support/call-phone.js';
import type { CallStack } from '../../support/call-stack.js';

export const PHONES = `[general]
allowguest=no
useragent=Obelisk PBX
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
maxcontacts=3
[limited](phone)
secret=passlimited
call-limit=1
`;

export interface Call {
  readonly channel: Channel;
  readonly events: string[];
}

export const worded = (event: ChannelEvent): string =>
  event.kind === 'hangup' ? `hangup ${event.cause}` : event.kind === 'forwarded' ? `forwarded ${event.to}` : event.kind;

/** Calls, and keeps what is told of it. The test owns the channel. */
export async function dial(
  stack: CallStack,
  to: string,
  request: ChannelRequest = {},
  before?: (channel: Channel) => void,
): Promise<Call> {
  const channel = await stack.channels.request(`SIP/${to}`, request);
  if (!(channel instanceof Channel)) assert.fail(`no channel: ${channel.cause}`);
  const events: string[] = [];
  channel.listen(event => void (event.kind !== 'interrupted' && events.push(worded(event))));

  channel.connected = { number: '1008', name: 'Alice', presentation: 'allowed_not_screened' };
  before?.(channel);
  channel.leg.call();
  return { channel, events };
}

export async function registered(stack: CallStack, name: string): Promise<CallPhone> {
  const phone = await stack.phone(name);
  await phone.register();
  return phone;
}
