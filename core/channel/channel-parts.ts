/** What a new channel is made of, and who hears of it beside its listeners. */
import type { Clock } from '../clock.js';
import type { Event, Fact } from '../events.js';
import type { Channel } from './channel.js';
import type { ChannelState } from './states.js';
import type { ChannelTechnology, Leg } from './technology.js';

export interface ChannelParts {
  readonly technology: ChannelTechnology;
  readonly name: string;
  readonly uniqueid: string;
  /** The uniqueid of the first channel of the call. */
  readonly linkedid: string;
  readonly state: ChannelState;
  readonly clock: Clock;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  /** Makes the driver's side, which knows its channel from the start. */
  readonly leg: (channel: Channel) => Leg;
  /** Hears of a listener, or a driver's end, that threw: the channel goes on. */
  readonly failed: (channel: Channel, thrown: unknown) => void;
  /** The dialplan begins to run on it, or ends. */
  readonly pbx: (runs: boolean) => void;
  /** It has ended. */
  readonly over: (channel: Channel) => void;
}
