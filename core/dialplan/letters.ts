/** The option letters of an application, with a warning for each that it does not have. */
import type { Logger } from '../logger.js';
import { type OptionLetters, type OptionValues, parseOptions } from './arguments.js';

export function readLetters<T extends OptionLetters>(
  text: string,
  letters: T,
  application: string,
  log: Pick<Logger, 'warning'>,
): OptionValues<T> {
  const { options, unknown, unclosed } = parseOptions(text, letters);
  for (const letter of unknown) log.warning(`${application}: there is no option '${letter}'`);
  if (unclosed !== undefined) log.warning(`${application}: the parenthesis of option '${unclosed}' is not closed`);
  return options;
}
