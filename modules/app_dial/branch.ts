/** One destination of a Dial: its channel, what was heard of it, and who takes its place when the call is forwarded. */
import { type Channel, type ChannelEvent, type Channels, type Core, Q850 } from '#core';
import { type Miss, missOf } from './status.js';

export interface BranchParts {
  readonly channels: Channels;
  readonly emit: Core['emit'];
  readonly caller: Channel;
  /** Before the channel is called: the subroutine of option b; false: it is not to be called. */
  readonly prepare: (callee: Channel) => Promise<boolean>;
  readonly heard: (branch: Branch, event: ChannelEvent) => void;
  /** It came to nothing. */
  readonly missed: (branch: Branch) => void;
}

export class Branch {
  readonly dialString: string;
  /** How many times the call was forwarded to get here. */
  readonly forwards: number;
  channel: Channel | undefined;
  miss: Miss | undefined;
  cause: number = Q850.none;
  readonly #parts: BranchParts;
  #deaf: () => void = () => undefined;
  #closed = false;

  constructor(dialString: string, forwards: number, parts: BranchParts) {
    this.dialString = dialString;
    this.forwards = forwards;
    this.#parts = parts;
  }

  /** Asks for the channel and calls it. */
  async begin(): Promise<void> {
    const { caller, channels } = this.#parts;
    const made = await channels.request(this.dialString, { requestor: caller, formats: caller.leg.formats });
    if ('cause' in made) return this.#fail(made.cause);
    if (this.#closed) return made.end(Q850.normalClearing);
    this.channel = made;
    this.#deaf = made.listen(event => this.#event(event));
    const wanted = await this.#parts.prepare(made);
    if (this.#closed || made.ended) return undefined;
    if (!wanted || made.hangingUp) return this.#fail(made.hangupCause);
    this.#parts.emit('dialBegan', { caller, callee: made, dialString: this.dialString.replace(/^[^/]*\//, '') });
    made.leg.call();
    return undefined;
  }

  /** It rings no longer: its channel ends, for this cause. */
  close(cause: number, status: string, forward?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deaf();
    const { channel } = this;
    if (!channel) return;
    const { caller, emit } = this.#parts;
    channel.end(cause);
    emit('dialEnded', { caller, callee: channel, status, ...(forward !== undefined && { forward }) });
  }

  /** It has answered, and is somebody else's from now on. */
  release(): Channel {
    this.#closed = true;
    this.#deaf();
    this.#parts.emit('dialEnded', { caller: this.#parts.caller, callee: this.channel!, status: 'ANSWER' });
    return this.channel!;
  }

  #event(event: ChannelEvent): void {
    if (event.kind === 'hangup') this.#fail(event.cause);
    else this.#parts.heard(this, event);
  }

  #fail(cause: number): void {
    if (this.#closed) return;
    this.cause = cause;
    this.miss = missOf(cause, this.channel?.refusal);
    this.close(cause, this.miss);
    this.#parts.missed(this);
  }
}
