/** Channels without a network: a leg that remembers what it was told. */
import assert from 'node:assert/strict';
import type { Channel } from '../../core/channel/channel.js';
import type { Channels } from '../../core/channel/channels.js';
import type { MediaPort } from '../../core/channel/media.js';
import type { ChannelState } from '../../core/channel/states.js';
import type { ChannelTechnology, Indication, Leg } from '../../core/channel/technology.js';

export class TestLeg implements Leg {
  media: MediaPort | undefined;
  formats: readonly string[] = ['ulaw'];
  across: Channel | undefined;
  /** What the channel asked of it, in order. */
  readonly told: string[] = [];

  call(): void {
    this.told.push('call');
  }

  answer(): void {
    this.told.push('answer');
  }

  indicate(indication: Indication): boolean {
    this.told.push(indication);
    return true;
  }

  beginDigit(digit: string): void {
    this.told.push(`begin ${digit}`);
  }

  endDigit(digit: string): void {
    this.told.push(`end ${digit}`);
  }

  hangup(): void {
    this.told.push('hangup');
  }
}

const technology: ChannelTechnology = {
  type: 'Test',
  description: 'Channels of tests',
  transfers: false,
  request: () => ({ cause: 0 }),
};

export interface TestChannel {
  readonly channel: Channel;
  readonly leg: TestLeg;
}

/** A channel at a place of the dialplan, `extension@context` or `extension@context:priority`. */
export function testChannel(channels: Channels, at = 's@default', state: ChannelState = 'Ring'): TestChannel {
  const leg = new TestLeg();
  const channel = channels.create({ technology, device: 'alice', state, leg: () => leg });
  assert.ok(channel);
  const [, extension, context, priority] = /^(.*)@([^:]*)(?::(\d+))?$/.exec(at) ?? assert.fail(at);
  channel.position = { extension: extension!, context: context!, priority: Number(priority ?? 1) };
  return { channel, leg };
}
