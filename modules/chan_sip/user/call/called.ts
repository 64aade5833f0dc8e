/** Where a call of somebody goes: the extension that its URI names, in the context of its device. */
import type { Dialplan, Lookup } from '#core';
import type { Message } from '../../message/message.js';
import { decode } from '../../message/octets.js';
import { percentDecode } from '../../message/uri.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';

export interface Called {
  readonly context: string;
  readonly extension: string;
  readonly lookup: Lookup;
}

/** A context of its own goes before the one of the domain that it calls. */
export function contextFor(
  { general, domains }: Pick<Site, 'general' | 'domains'>,
  request: Message,
  peer: Peer | undefined,
): string {
  const ofDomain = domains.find(request.requestUri.host)?.context;
  return decode(peer?.has('context') ? peer.get('context') : ofDomain || general.context);
}

/** As it is written first, and without its escapes then. */
export async function findCalled(
  dialplan: Dialplan,
  context: string,
  request: Message,
  callerNumber: string | undefined,
): Promise<Called> {
  const written = request.requestUri.user || 's';
  const raw = decode(written);
  const plain = decode(percentDecode(written));
  const lookup = await dialplan.lookup({ context, extension: raw }, callerNumber);
  if (lookup.exists || plain === raw) return { context, extension: raw, lookup };
  return { context, extension: plain, lookup: await dialplan.lookup({ context, extension: plain }, callerNumber) };
}
