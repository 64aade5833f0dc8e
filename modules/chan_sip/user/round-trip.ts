/** The timers of transactions with a device: what its last answer took is what the next may take. */
import { DEFAULT_TIMERS, type Timers } from '../transaction/timers.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

export function timersFor({ general }: Site, peer: Peer): Timers {
  const measured = peer.monitored && peer.lastMs > 0;
  return { ...DEFAULT_TIMERS, t1: measured ? Math.max(peer.lastMs, general.t1min) : peer.get('timert1') };
}
