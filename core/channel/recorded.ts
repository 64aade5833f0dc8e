/** What a channel says, recorded to a WAV file: until a digit, until the time is over, or until all waits of the channel end. */
import type { Channel } from './channel.js';
import type { Digit, MediaPort } from './media.js';
import { untilDigit } from './prompts.js';

export interface RecordTerms {
  readonly path: string;
  /** Whether a digit ends it. */
  readonly stops: (digit: Digit) => boolean;
  /** Milliseconds; undefined: until a digit. */
  readonly most: number | undefined;
}

/** `duration`: milliseconds. */
export type Recorded = { readonly duration: number } & (
  | { readonly how: 'finished' | 'interrupted' }
  | { readonly how: 'failed'; readonly reason: string }
  | { readonly how: 'digit'; readonly digit: Digit }
);

export async function recordFrom(channel: Channel, media: MediaPort, terms: RecordTerms): Promise<Recorded> {
  const { clock } = channel;
  const recording = media.record(terms.path);
  const begun = clock.elapsed();
  const late = terms.most === undefined ? undefined : clock.after(terms.most, () => recording.stop());
  const spoken = {
    ended: recording.ended.then(({ how, duration }) => ({ how, position: duration })),
    get position() {
      return clock.elapsed() - begun;
    },
    stop: () => recording.stop(),
  };
  const end = await untilDigit(channel, spoken, terms.stops);
  late?.cancel();
  const { how, duration, reason = 'no reason is given' } = await recording.ended;
  if (end.how === 'failed' || how === 'failed') return { how: 'failed', duration, reason };
  return end.how === 'digit' ? { how: 'digit', digit: end.digit, duration } : { how: end.how, duration };
}
