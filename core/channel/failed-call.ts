/** The extension `failed`: what runs where a call that nobody waits for could not be made. A channel without a far end runs it. */
import type { Originate, OriginateParts } from './originate.js';
import type { ChannelTechnology, Leg } from './technology.js';

const technology: ChannelTechnology = {
  type: 'OutgoingSpoolFailed',
  description: 'Calls that could not be made',
  transfers: false,
  request: () => ({ cause: 0 }),
};

/** Nobody is there. */
const nobody: Leg = {
  media: undefined,
  formats: [],
  call: () => undefined,
  answer: () => undefined,
  indicate: () => true,
  beginDigit: () => undefined,
  endDigit: () => undefined,
  hangup: () => undefined,
};

/** Runs it to its end, where the context of the call has it; `REASON` holds why. */
export async function runFailed(parts: OriginateParts, { to, prepare }: Originate, reason: number): Promise<void> {
  if (!('context' in to)) return;
  const { channels, dialplan, warn } = parts;
  const at = { context: to.context, extension: 'failed', priority: 1 };
  if (!(await dialplan.lookup(at, undefined)).exists) return;
  const channel = channels.create({ technology, device: to.extension, state: 'Down', leg: () => nobody });
  if (!channel) {
    warn(`no channel is to be had for ${at.extension}@${at.context}`);
    return;
  }
  try {
    channel.position = at;
    await prepare?.(channel);
    channel.set('REASON', String(reason));
  } catch (thrown) {
    channel.end();
    throw thrown;
  }
  await dialplan.run(channel);
}
