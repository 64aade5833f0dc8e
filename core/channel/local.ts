/** Local/extension@context: a call that the dialplan answers. Two channels, back to back: the first is called, on the second the dialplan runs. */
import type { Contexts } from '../dialplan/contexts.js';
import type { Dialplan } from '../dialplan/dialplan.js';
import type { Event, Fact } from '../events.js';
import { Q850 } from './causes.js';
import type { Channel } from './channel.js';
import type { Channels } from './channels.js';
import type { DeviceState } from './device-state.js';
import { LocalHalf } from './local-half.js';
import type { MediaEngine } from './media.js';
import type { ChannelRequest, ChannelTechnology, NoChannel } from './technology.js';

export interface LocalParts {
  readonly channels: Channels;
  readonly dialplan: Pick<Dialplan, 'lookup' | 'run'>;
  readonly contexts: Pick<Contexts, 'find'>;
  /** Undefined while nobody moves audio. */
  readonly media: () => MediaEngine | undefined;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  readonly failed: (what: string, thrown: unknown) => void;
}

/** How many of them may lie between a caller and an extension that they lead to. */
const DEEPEST = 20;
/** How many may be there at once in one call. */
const MOST_OF_CALL = 500;

/** What is spoken until the engine says otherwise. */
const FORMATS = ['slin', 'ulaw', 'alaw'];

interface Place {
  readonly extension: string;
  readonly context: string;
  /** Letter n: audio stays with the two. */
  readonly stays: boolean;
}

interface Pair {
  readonly first: Channel;
  readonly second: Channel;
}

export class LocalTechnology implements ChannelTechnology {
  readonly type = 'Local';
  readonly description = 'Local Proxy Channel Driver';
  readonly transfers = false;
  readonly #parts: LocalParts;
  /** How many pairs there are of each device, and of each call. */
  readonly #devices = new Tally();
  readonly #calls = new Tally();
  /** Of second halves: how many pairs lead to them. */
  readonly #depths = new WeakMap<Channel, number>();
  #serial = 0;

  constructor(parts: LocalParts) {
    this.#parts = parts;
  }

  /** `extension@context`; `/n` behind it keeps audio with the two, other letters change nothing. */
  request(destination: string, request: ChannelRequest): Channel | NoChannel {
    const place = placeOf(destination);
    if (!place) return { cause: Q850.invalidNumber };
    const { requestor } = request;
    const depth = 1 + ((requestor && this.#depths.get(requestor)) ?? 0);
    const call = requestor?.linkedid;
    if (depth > DEEPEST || (call !== undefined && this.#calls.of(call) >= MOST_OF_CALL)) {
      return { cause: Q850.congestion };
    }
    const pair = this.#create(place, request);
    if (!pair) return { cause: Q850.congestion };
    this.#depths.set(pair.second, depth);
    this.#count(place, pair);
    return pair.first;
  }

  /** In use while there are channels of it; unknown where a switch would have to be asked. */
  deviceState(device: string): DeviceState | undefined {
    const place = placeOf(device);
    if (!place) return undefined;
    const answer = this.#parts.contexts.find({
      ...place,
      priority: 1,
      callerNumber: undefined,
      channel: undefined,
      stepOnly: true,
    });
    if (answer instanceof Promise) {
      answer.catch(thrown => this.#parts.failed(`Local/${device}`, thrown));
      return 'UNKNOWN';
    }
    if (!answer.step) return undefined;
    return this.#devices.of(nameOf(place)) > 0 ? 'INUSE' : 'NOT_INUSE';
  }

  #create(place: Place, { requestor, formats, uniqueid, otherUniqueid }: ChannelRequest): Pair | undefined {
    const { channels } = this.#parts;
    const name = `Local/${nameOf(place)}-${(this.#serial++ >>> 0).toString(16).padStart(8, '0')}`;
    const ports = this.#parts.media()?.pipe() ?? [undefined, undefined];
    const spoken = formats ?? requestor?.leg.formats ?? FORMATS;
    const half = (
      port: number,
      state: 'Down' | 'Ring',
      more: { uniqueid?: string | undefined; requestor?: Channel | undefined },
    ) => {
      let made: LocalHalf | undefined;
      const leg = (channel: Channel) => (made = new LocalHalf(channel, ports[port], spoken, place.stays));
      const known = (channel: Channel): void => {
        channel.position = { extension: place.extension, context: place.context, priority: 1 };
      };
      const parts = {
        technology: this,
        device: nameOf(place),
        name: `${name};${port + 1}`,
        state,
        leg,
        known,
        ...more,
      };
      const channel = channels.create(parts);
      if (!made) ports[port]?.close();
      return channel && made && { channel, leg: made };
    };
    const first = half(0, 'Down', { requestor, uniqueid });
    const second = first && half(1, 'Ring', { requestor: first.channel, uniqueid: otherUniqueid });
    if (!first || !second) {
      if (first) ports[1]?.close();
      first?.channel.end();
      return undefined;
    }
    const pair: Pair = { first: first.channel, second: second.channel };
    first.leg.meet(second.channel, () => this.#call(place, pair));
    second.leg.meet(first.channel, undefined);
    return pair;
  }

  #count(place: Place, { first, second }: Pair): void {
    const ends = [this.#devices.begin(nameOf(place)), this.#calls.begin(first.linkedid)];
    const changed = () => this.#parts.channels.deviceChanged(`Local/${nameOf(place)}`);
    changed();
    void Promise.all([first.whenEnded(), second.whenEnded()]).then(() => {
      for (const end of ends) end();
      changed();
    });
  }

  /** The second half goes into the dialplan, as the call that the first one is. */
  #call(place: Place, pair: Pair): void {
    void this.#run(place, pair).catch(thrown => this.#parts.failed(pair.second.name, thrown));
  }

  async #run(place: Place, { first, second }: Pair): Promise<void> {
    resemble(second, first);
    const { extension, context } = place;
    second.position = { extension, context, priority: 1 };
    second.dnid = extension;
    this.#parts.emit('localBridged', { first, second, context, extension, stays: place.stays });
    const { exists } = await this.#parts.dialplan.lookup(second.position, second.caller.number, second);
    if (exists && !second.hangingUp) return this.#parts.dialplan.run(second);
    second.end(exists ? undefined : Q850.noRoute);
    return undefined;
  }
}

/** Counts by name; a name without any is not kept. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  begin(name: string): () => void {
    this.#counts.set(name, this.of(name) + 1);
    return () => {
      const left = this.of(name) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    };
  }
}

function placeOf(destination: string): Place | undefined {
  const [, extension, context = 'default', letters = ''] =
    /^([^@/]+)(?:@([^/]+))?(?:\/([a-z]*))?$/i.exec(destination) ?? [];
  return extension === undefined ? undefined : { extension, context, stays: letters.includes('n') };
}

const nameOf = ({ extension, context }: Place): string => `${extension}@${context}`;

/** Whoever calls the first half, calls into the dialplan on the second. */
function resemble(second: Channel, first: Channel): void {
  second.caller = first.connected;
  second.ani = first.connected;
  second.connected = first.caller;
  second.redirecting = { ...first.redirecting };
  second.language = first.language;
  second.accountcode = first.accountcode;
  second.peeraccount = first.peeraccount;
  second.musicclass = first.musicclass;
  second.linkedid = first.linkedid;
  first.variables.copyTo(second.variables);
}
