/** SIP as a technology of channels: `SIP/1008`, `SIP/100@trunk`, `SIP/user@host:port`. */
import {
  type Channel,
  type ChannelRequest,
  type ChannelTechnology,
  type DeviceState,
  type NoChannel,
  Q850,
} from '#core';
import { decode } from '../../message/octets.js';
import type { Directory } from '../directory.js';
import type { CallSite } from './call-site.js';
import { ownerOf } from './caller.js';
import { findDestination } from './destination.js';
import { parseDialString } from './dial-string.js';
import { settle, setVariables } from './dress.js';
import { Ear, openMedia } from './media.js';
import { OutgoingLeg } from './outgoing-leg.js';
import { RowStates } from './row-states.js';

export class SipTechnology implements ChannelTechnology {
  readonly type = 'SIP';
  readonly description = 'Session Initiation Protocol (SIP)';
  readonly transfers = true;
  /** Of devices that are not in memory. */
  readonly rows: RowStates;
  readonly #desk: CallSite;
  readonly #directory: Directory;

  constructor(desk: CallSite, directory: Directory) {
    this.#desk = desk;
    this.#directory = directory;
    const { site, usage, channels } = desk;
    const changed = (name: string): void => channels.deviceChanged(`SIP/${name}`);
    this.rows = new RowStates({ site, directory, stateOf: peer => usage.stateOf(peer), changed });
  }

  async request(destination: string, request: ChannelRequest): Promise<Channel | NoChannel> {
    const desk = this.#desk;
    const dial = parseDialString(destination);
    const found = await findDestination(desk.site, this.#directory, dial);
    if (!found || desk.leaving) return { cause: Q850.subscriberAbsent };
    const { peer, contacts } = found;
    const ear = new Ear();
    const wish = {
      flow: contacts[0]!.flow,
      peer,
      calling: true,
      natted: peer?.forceRport ?? false,
      wanted: request.formats,
    };
    const session = await openMedia(desk, wish, ear);
    if (!session) return { cause: Q850.notAvailable };
    let leg: OutgoingLeg | undefined;
    const channel = desk.leaving
      ? undefined
      : desk.channels.create({
          technology: this,
          device: found.device,
          state: 'Down',
          requestor: request.requestor,
          uniqueid: request.uniqueid,
          leg: made =>
            (leg = new OutgoingLeg({ call: desk, channel: made, session, peer, share: undefined }, dial, found)),
          known(made) {
            settle(made, leg!);
            made.position = { ...made.position, context: leg!.option('context') };
            if (peer) made.caller = ownerOf(peer);
          },
        });
    if (!channel || !leg) {
      session.close();
      return { cause: Q850.congestion };
    }
    ear.leg = leg;
    // No extension called it yet: Dial tells which one did.
    channel.position = { ...channel.position, extension: '' };
    channel.set('SIPCALLID', decode(leg.callId));
    setVariables(channel, leg);
    desk.add(leg);
    return channel;
  }

  /** `1008`, or `100@trunk`: that of the device. */
  deviceState(device: string): DeviceState | undefined {
    const name = deviceIn(device);
    const { site, usage } = this.#desk;
    const peer = site.peers.get(name);
    if (!peer) return this.rows.of(name);
    return peer.type === 'user' ? undefined : usage.stateOf(peer);
  }

  async lookUpState(device: string): Promise<void> {
    const name = deviceIn(device);
    if (!this.#desk.site.peers.get(name)) await this.rows.lookUp(name);
  }
}

const deviceIn = (device: string): string => device.slice(device.lastIndexOf('@') + 1).split('/', 1)[0] ?? '';
