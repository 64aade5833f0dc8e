/** The destinations of a Dial: `Technology/resource` between `&`. */
import type { Channel } from '#core';

/** Stands for an `&` that is part of a number. */
const KEPT = '\ue000';

/**
 * Takes the list apart. An `&` that came in from outside, with the number that was dialled or with who calls, is part of
 * that number: a stranger adds no destination (AST-2010-002).
 */
export function destinationsOf(text: string, channel: Channel): string[] {
  const { position, dnid, caller } = channel;
  const words = [position.extension, dnid, caller.number ?? '', caller.name ?? ''].filter(word => word.includes('&'));
  const safe =
    words.length === 0 ? text : text.replace(/&/g, (sign, at: number) => (isWithin(words, text, at) ? KEPT : sign));
  return safe
    .split('&')
    .map(one => one.replaceAll(KEPT, '&').trim())
    .filter(one => one !== '');
}

/** Whether one of the words has an `&` between the same neighbours. */
function isWithin(words: readonly string[], text: string, at: number): boolean {
  return words.some(word => {
    for (let found = word.indexOf('&'); found >= 0; found = word.indexOf('&', found + 1)) {
      const before = found === 0 || word[found - 1] === text[at - 1];
      const behind = found === word.length - 1 || word[found + 1] === text[at + 1];
      if (before && behind) return true;
    }
    return false;
  });
}
