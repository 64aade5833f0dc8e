/** Names that commands of the dialplan complete to. */
import type { Contexts } from '#core';

export const contextNames = (contexts: Contexts): readonly string[] => contexts.all().map(({ name }) => name);

/** Contexts, then extensions in them: `600@internal`. */
export function* placesOf(contexts: Contexts): Generator<string> {
  yield* contextNames(contexts);
  yield* extensionPlaces(contexts);
}

export function* extensionPlaces(contexts: Contexts): Generator<string> {
  for (const context of contexts.all()) {
    for (const { name, callerNumber } of context.extensions()) {
      yield `${name}${callerNumber === undefined ? '' : `/${callerNumber}`}@${context.name}`;
    }
  }
}
