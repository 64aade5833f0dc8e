/** A technology of paper: what the PBX tells its legs is written down, and the test says what the far end does. */
import assert from 'node:assert/strict';
import type { Channel, Position } from '../../core/channel/channel.js';
import type { ChannelTable } from '../../core/channel/channels.js';
import type { MediaPort } from '../../core/channel/media.js';
import type { ChannelRequest, ChannelTechnology, Indication, Leg, NoChannel } from '../../core/channel/technology.js';

export class PaperLeg implements Leg {
  media: MediaPort | undefined;
  formats: readonly string[] = ['ulaw', 'alaw'];
  /** What it was told, in order: `call`, `answer`, `indicate ringing`, `digit 5 for 100`, `hangup 16`. */
  readonly told: string[] = [];
  /** Whether indications are told by signalling. */
  signals = true;
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  call(): void {
    this.told.push('call');
  }

  answer(): void {
    this.told.push('answer');
  }

  indicate(indication: Indication): boolean {
    this.told.push(`indicate ${indication}`);
    return this.signals;
  }

  beginDigit(digit: string): void {
    this.told.push(`digit ${digit}`);
  }

  endDigit(digit: string, durationMs: number): void {
    this.told.push(`digit ${digit} for ${durationMs}`);
  }

  hangup(): void {
    this.told.push(`hangup ${this.#channel.hangupCause}`);
  }
}

/** Destinations by name; `nobody` cannot be reached, for the cause 20. */
export class Paper implements ChannelTechnology {
  readonly type = 'Paper';
  readonly description = 'Channels of paper';
  readonly transfers = false;
  /** Those that were asked for, in order. */
  readonly requested: Channel[] = [];
  /** How the last of them was asked for. */
  asked: ChannelRequest | undefined;
  readonly #channels: ChannelTable;

  constructor(channels: ChannelTable) {
    this.#channels = channels;
  }

  request(destination: string, request: ChannelRequest): Channel | NoChannel {
    const { requestor, uniqueid } = request;
    this.asked = request;
    if (destination === 'nobody') return { cause: 20 };
    const channel = this.#create(destination, 'Down', { requestor, uniqueid });
    this.requested.push(channel);
    return channel;
  }

  /** Somebody calls. */
  incoming(device: string, position: Partial<Position> = {}): Channel {
    const channel = this.#create(device, 'Ring');
    channel.position = { context: 'internal', extension: '100', priority: 1, ...position };
    channel.caller = { ...channel.caller, number: device };
    return channel;
  }

  #create(device: string, state: 'Ring' | 'Down', more: Pick<ChannelRequest, 'requestor' | 'uniqueid'> = {}): Channel {
    const leg = (channel: Channel) => new PaperLeg(channel);
    const channel = this.#channels.create({ technology: this, device, state, leg, ...more });
    return channel ?? assert.fail('no channel is to be had');
  }
}

/** What a channel of paper was told. */
export const toldOf = (channel: Channel): readonly string[] =>
  channel.leg instanceof PaperLeg ? channel.leg.told : assert.fail(`${channel.name} is no channel of paper`);
