/** A conversation: two channels in a bridge until one of them goes, is wanted elsewhere, or the time is over. */
import type { Channel } from '../channel/channel.js';
import type { Bridge } from './bridge.js';

/** How a conversation ended, and by whom. */
export interface ConversationEnd {
  /** `gone`: its far end hung up, or it was told to. `wanted`: it is sent elsewhere. `over`: the time is up, by nobody. */
  readonly how: 'gone' | 'wanted' | 'over';
  /** Undefined where the time is up. */
  readonly by: Channel | undefined;
}

/** What may happen meanwhile. */
export interface ConversationTerms {
  /** Milliseconds that it may last; undefined: without end. */
  readonly limit?: number | undefined;
  /** Milliseconds after which, once or more, something is done. */
  readonly moments?: readonly { readonly at: number; readonly run: () => void }[];
}

/**
 * Brings both into the bridge and waits. Afterwards neither is in it, and both are still their owners'.
 * Never rejects.
 */
export function converse(
  bridge: Bridge,
  first: Channel,
  second: Channel,
  terms: ConversationTerms = {},
): Promise<ConversationEnd> {
  return new Promise(done => {
    const { clock } = first;
    const undo: (() => void)[] = [];
    let over = false;
    const end = (how: ConversationEnd['how'], by: Channel | undefined): void => {
      if (over) return;
      over = true;
      for (const one of undo) one();
      bridge.destroy();
      done({ how, by });
    };
    for (const channel of [first, second]) {
      undo.push(
        channel.listen(event => {
          if (event.kind === 'interrupted') end(event.by === 'hangup' ? 'gone' : 'wanted', channel);
          if (event.kind === 'hangup') end('gone', channel);
        }),
      );
    }
    for (const channel of [first, second]) {
      if (channel.hangingUp) return end('gone', channel);
      if (channel.interruption) return end('wanted', channel);
    }
    const after = (ms: number, run: () => void): void => {
      const timer = clock.after(ms, run);
      undo.push(() => timer.cancel());
    };
    if (terms.limit !== undefined) after(terms.limit, () => end('over', undefined));
    for (const { at, run } of terms.moments ?? []) after(at, run);
    bridge.enter(first);
    bridge.enter(second);
  });
}
