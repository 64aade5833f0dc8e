/** The answers of the user layer: what every response carries, its To tag, its Date, and the way back. */
import type { Clock } from '#core';
import { type Body, refusal, response, responseBlock } from '../message/build.js';
import type { Message } from '../message/message.js';
import type { ParseError } from '../message/parse-error.js';
import type { General } from '../options/general.js';
import { replyFlow } from '../transport/layer.js';
import type { Flow } from '../transport/transport.js';
import { type Abilities, allowed, supportedTags } from './abilities.js';
import type { Nonces } from './nonces.js';
import type { Why } from './why.js';

export type Header = readonly [name: string, value: string];

/** A status line, and what stands behind the headers that every response has. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly Header[];
  readonly body?: Body | undefined;
  /** Of a dialog; left out: the one that all answers outside of one have. */
  readonly tag?: string | undefined;
  /** Of the device it goes to; left out: those of [general]. */
  readonly abilities?: Abilities | undefined;
  /** What it is an answer to, for the operator; it never goes out. */
  readonly why?: Why;
}

export class Answers {
  readonly #clock: Clock;
  readonly #nonces: Nonces;
  /** What stands in every answer, by what is on: one for each set of abilities. */
  #blocks: (abilities: Abilities) => string = () => '';
  #block = '';
  #second = Number.NaN;
  #date = '';

  constructor(clock: Clock, nonces: Nonces) {
    this.#clock = clock;
    this.#nonces = nonces;
  }

  configure(general: General): void {
    const { useragent } = general;
    const blocks = new Map<string, string>();
    this.#blocks = abilities => {
      const key = `${abilities['100rel']} ${abilities.update}`;
      const known = blocks.get(key);
      if (known !== undefined) return known;
      const [allow, supported] = [allowed(abilities), supportedTags(general, abilities)];
      const block = responseBlock({ useragent, allow, supported });
      blocks.set(key, block);
      return block;
    };
    this.#block = this.#blocks(general);
  }

  /** Sends without a record: the same request gets the same answer by being worked out again. */
  send(request: Message, flow: Flow, symmetric: boolean, answer: Answer): void {
    replyFlow(request, flow, symmetric).send(this.text(request, flow, symmetric, answer));
  }

  /** `symmetric`: the answer goes to the packet's source and says so, even if the Via did not ask (facts: force_rport). */
  text(request: Message, flow: Flow, symmetric: boolean, answer: Answer): string {
    const { status, reason, headers, body, tag, abilities } = answer;
    return response(request, {
      status,
      reason,
      toTag: tag ?? this.tag(request),
      source: flow.remote,
      rport: symmetric || request.via.params.has('rport'),
      block: abilities ? this.#blocks(abilities) : this.#block,
      headers,
      ...(body && { body }),
    });
  }

  /** The answer to what is no message, if one can be formed. It goes to the source. */
  refusal(error: ParseError, flow: Flow): string | undefined {
    const toTag = this.#nonces.tag(error.partial?.header('Call-ID') ?? '', error.partial?.header('From') ?? '');
    return refusal(error, { toTag, source: flow.remote, rport: true, block: this.#block });
  }

  /** Our tag for this Call-ID: a challenge and what follows it carry the same. */
  tag(request: Message): string {
    return this.#nonces.tag(request.callId, request.from.params.get('tag') ?? '');
  }

  /** Now, as a Date header has it. */
  date(): string {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = new Date(second * 1000).toUTCString();
    }
    return this.#date;
  }
}
