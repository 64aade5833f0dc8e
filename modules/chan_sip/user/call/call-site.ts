/** What calls work with beside the site: channels, the dialplan, media, who is in a call. */
import type { Channels, ChannelTechnology, Dialplan } from '#core';
import type { RtpEngine } from '../../../res_rtp/token.js';
import type { Credential } from '../../options/values/credential.js';
import { DEFAULT_TIMERS, type Timers } from '../../transaction/timers.js';
import type { Binding } from '../binding.js';
import type { Peer } from '../peer.js';
import { timersFor } from '../round-trip.js';
import type { Site } from '../site.js';
import type { CallLeg } from './call-leg.js';
import type { Usage } from './usage.js';

export interface CallSite {
  readonly site: Site;
  readonly channels: Channels;
  readonly usage: Usage;
  readonly technology: ChannelTechnology;
  /** Undefined while nobody runs one: then there is no extension. */
  readonly dialplan: Dialplan | undefined;
  readonly engine: RtpEngine | undefined;
  /** What realms are answered with, best first. */
  readonly credentials: readonly Credential[];
  /** Whether no call may begin any more. */
  readonly leaving: boolean;
  /** 0 to 1. */
  readonly random: () => number;
  /** A leg begins. */
  add(leg: CallLeg): void;
  /** Nothing of it is under way any more. */
  drop(leg: CallLeg): void;
}

/** Timers of transactions with whoever it is. */
export const timersOf = ({ site }: CallSite, peer: Peer | undefined, binding?: Binding): Timers =>
  peer ? timersFor(site, peer, binding) : { ...DEFAULT_TIMERS, t1: Math.max(site.general.timert1, site.general.t1min) };
