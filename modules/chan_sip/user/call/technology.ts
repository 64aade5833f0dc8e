/** SIP as a technology of channels: `SIP/1008`, `SIP/100@trunk`, `SIP/user@host:port`. */
import {
  type Channel,
  type ChannelRequest,
  type ChannelTechnology,
  type DeviceState,
  type NoChannel,
  Q850,
} from '#core';
import type { Directory } from '../directory.js';
import type { Calls } from './calls.js';

export class SipTechnology implements ChannelTechnology {
  readonly type = 'SIP';
  readonly description = 'Session Initiation Protocol (SIP)';
  readonly transfers = true;
  readonly #calls: Calls;
  constructor(calls: Calls, directory: Directory) {
    this.#calls = calls;
    void directory;
  }

  async request(destination: string, request: ChannelRequest): Promise<Channel | NoChannel> {
    void destination;
    void request;
    return { cause: Q850.subscriberAbsent };
  }

  deviceState(device: string): DeviceState | undefined {
    const peer = this.#calls.site.peers.get(device.slice(device.lastIndexOf('@') + 1));
    return peer && peer.type !== 'user' ? this.#calls.usage.stateOf(peer) : undefined;
  }
}
