/** Sounds played to a channel by their names: to the end, until a digit, or until all waits of the channel end. */
import type { Logger } from '../logger.js';
import type { Sounds } from '../sounds.js';
import type { Channel } from './channel.js';
import type { Digit, Playback, PlaybackEnd } from './media.js';

export interface PromptTerms {
  /** That of the channel, unless said. */
  readonly language?: string;
  /** Whether a digit ends it. Left out: digits that are pressed meanwhile are nobody's. */
  readonly stops?: (digit: Digit) => boolean | Promise<boolean>;
  /** Milliseconds to begin at. */
  readonly from?: number;
}

/** How it ended. `position`: milliseconds into the last sound. */
export type Prompted = { readonly position: number } & (
  | { readonly how: 'finished' | 'failed' | 'interrupted' }
  | { readonly how: 'digit'; readonly digit: Digit }
);

export class Prompts {
  readonly #sounds: Sounds;
  readonly #log: Logger;

  constructor(sounds: Sounds, log: Logger) {
    this.#sounds = sounds;
    this.#log = log;
  }

  /** One sound. What cannot be played is a warning, and `failed`. */
  async play(channel: Channel, name: string, terms: PromptTerms = {}): Promise<Prompted> {
    const { language = channel.language, from = 0 } = terms;
    const path = await this.#sounds.find(name, language);
    if (path === undefined) {
      this.#log.warning(`${channel.name}: there is no sound '${name}' in language '${language}'`);
      return { how: 'failed', position: 0 };
    }
    const playback = channel.play({ kind: 'file', path, from });
    const end = await untilDigit(channel, playback, terms.stops ?? nobody);
    const position = from + end.position;
    if (end.how !== 'failed') return { ...end, position };
    this.#log.warning(`${channel.name}: '${name}' is not played: ${end.reason ?? 'no reason is given'}`);
    return { how: 'failed', position };
  }

  /** One after the other; those that cannot be played are left out, and then it has `failed` in the end. */
  async playAll(channel: Channel, names: readonly string[], terms: PromptTerms = {}): Promise<Prompted> {
    let result: Prompted = { how: 'finished', position: 0 };
    for (const name of names) {
      const end = await this.play(channel, name, terms);
      if (end.how === 'digit' || end.how === 'interrupted') return end;
      if (end.how === 'failed' || result.how === 'finished') result = end;
    }
    return result;
  }
}

const nobody = (): boolean => false;

/** `reason`: of what failed. */
export type Heard = Prompted & { readonly reason?: string };

/** Waits for the end of what is being played, and stops it for a digit or where the channel is wanted elsewhere. */
export async function untilDigit(
  channel: Channel,
  playback: Playback,
  stops: NonNullable<PromptTerms['stops']>,
): Promise<Heard> {
  for (;;) {
    const digit = await pressedBefore(channel, stops);
    if (digit !== undefined) {
      return { how: 'digit', digit, position: await stopped(channel, playback) };
    }
    const end = await endOrDigit(channel, playback);
    if (end === undefined) {
      playback.stop();
      return { how: 'interrupted', position: playback.position };
    }
    if (end === 'digit') continue;
    return end.how === 'failed' ? { ...end, how: 'failed' } : { how: 'finished', position: end.position };
  }
}

/** @returns the milliseconds that were played, as the engine says in the end: meanwhile it tells them only now and then */
async function stopped(channel: Channel, playback: Playback): Promise<number> {
  playback.stop();
  return ((await channel.race(playback.ended)) ?? playback).position;
}

/** The first of the waiting digits that ends it. Those before it are nobody's. */
async function pressedBefore(channel: Channel, stops: NonNullable<PromptTerms['stops']>): Promise<Digit | undefined> {
  while (channel.waitingDigits > 0) {
    const digit = await channel.nextDigit(0);
    if (digit !== undefined && (await stops(digit))) return digit;
  }
  return undefined;
}

/** Undefined: all waits end. */
async function endOrDigit(channel: Channel, playback: Playback): Promise<PlaybackEnd | 'digit' | undefined> {
  let unlisten = (): void => undefined;
  const pressed = new Promise<'digit'>(done => {
    unlisten = channel.listen(({ kind }) => kind === 'digit ended' && done('digit'));
  });
  try {
    return await channel.race(Promise.race([playback.ended, pressed]));
  } finally {
    unlisten();
  }
}
