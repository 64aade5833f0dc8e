/** The channels and bridges that an operator means. */
import { type Bridge, type Channel, type Channels, CommandError, compilePattern, Invalid, type Pattern } from '#core';

/** By name or uniqueid. @throws CommandError where there is none */
export function channelOf(channels: Channels, name: string): Channel {
  const found = channels.find(name);
  if (!found) throw new CommandError(`${name} is not a known channel`);
  return found;
}

/** One by its name, `/expression/`, a name with `*` in it, or `all`. @throws CommandError where there is none */
export function channelsOf(channels: Channels, text: string): Channel[] {
  const all = [...channels.values()];
  if (text.toLowerCase() === 'all') return all;
  const matches = matcherOf(text);
  if (!matches) return [channelOf(channels, text)];
  const found = all.filter(({ name }) => matches(name));
  if (found.length === 0) throw new CommandError(`${text} did not match a known channel`);
  return found;
}

/** Undefined for a plain name. */
function matcherOf(text: string): ((name: string) => boolean) | undefined {
  const [, expression] = /^\/(.+)\/$/.exec(text) ?? [];
  if (expression !== undefined) {
    const pattern = patternOf(expression);
    return name => pattern.test(name);
  }
  if (!text.includes('*')) return undefined;
  const parts = text.toLowerCase().split('*');
  return name => fits(name.toLowerCase(), parts);
}

function patternOf(text: string): Pattern {
  try {
    return compilePattern(text);
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    throw new CommandError(`'${text}' is not a regular expression`);
  }
}

/** Whether a name has these parts in their order, the first at its beginning, the last at its end. */
function fits(name: string, parts: readonly string[]): boolean {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** @throws CommandError where there is none */
export function bridgeOf(channels: Channels, id: string): Bridge {
  const found = channels.bridges().find(bridge => bridge.id === id);
  if (!found) throw new CommandError(`Bridge '${id}' not found`);
  return found;
}

export const channelNames = (channels: Channels) => (): string[] => Array.from(channels.values(), ({ name }) => name);

export const bridgeIds = (channels: Channels) => (): string[] => channels.bridges().map(({ id }) => id);
