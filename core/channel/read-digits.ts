/** Digits that a caller types, after prompts that they may cut short. */
import type { Channel } from './channel.js';
import type { Prompts } from './prompts.js';

export interface DigitsWanted {
  readonly prompts: readonly string[];
  readonly most: number;
  /** Digits that end it. */
  readonly terminators: string;
  /** Milliseconds for each digit; left out: what the channel's timeouts say. */
  readonly timeout?: number | undefined;
}

export interface DigitsRead {
  readonly digits: string;
  /** `terminated`: by that digit. `full`: there are as many as may be. */
  readonly how: 'terminated' | 'full' | 'timeout' | 'interrupted';
  readonly terminator?: string;
}

/** Time for a digit between two prompts. */
const BETWEEN_PROMPTS = 50;

export async function readDigits(prompts: Prompts, channel: Channel, wanted: DigitsWanted): Promise<DigitsRead> {
  for (const [index, name] of wanted.prompts.entries()) {
    const last = index === wanted.prompts.length - 1;
    const end = await prompts.play(channel, name, { stops: () => true });
    if (end.how === 'interrupted') return { digits: '', how: 'interrupted' };
    if (end.how === 'digit') return collect(channel, end.digit, wanted);
    const between = last ? undefined : await channel.nextDigit(BETWEEN_PROMPTS);
    if (between !== undefined) return collect(channel, between, wanted);
  }
  const { timeout = channel.timeouts.response } = wanted;
  return collect(channel, await channel.nextDigit(timeout), wanted);
}

async function collect(
  channel: Channel,
  first: string | undefined,
  { most, terminators, timeout = channel.timeouts.digit }: DigitsWanted,
): Promise<DigitsRead> {
  let digits = '';
  for (let digit = first; digit !== undefined; digit = await channel.nextDigit(timeout)) {
    if (terminators.includes(digit)) return { digits, how: 'terminated', terminator: digit };
    digits += digit;
    if (digits.length >= most) return { digits, how: 'full' };
  }
  return { digits, how: channel.interrupted ? 'interrupted' : 'timeout' };
}
