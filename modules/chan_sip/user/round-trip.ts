/** The timers of transactions with a device: what its last answer took is what the next may take. */
import { DEFAULT_TIMERS, type Timers } from '../transaction/timers.js';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

export function timersFor({ general }: Site, peer: Peer, binding: Binding | undefined): Timers {
  const { lastMs } = binding ?? peer;
  const measured = peer.monitored && lastMs > 0;
  return { ...DEFAULT_TIMERS, t1: measured ? Math.max(lastMs, general.t1min) : peer.get('timert1') };
}
