/** func_rand: a number by chance. */
import { randomInt } from 'node:crypto';
import { ApplicationError, type DialplanFunction, defineModule, splitArguments } from '#core';

const LARGEST = 2 ** 31 - 1;

const rand: DialplanFunction = {
  name: 'RAND',
  synopsis: 'Chooses a number between two, both included.',
  syntax: 'RAND([min][,max])',
  read({ data }) {
    const [low = '', high = ''] = splitArguments(data).map(text => text.trim());
    const [min, max] = [low === '' ? 0 : Number(low), high === '' ? LARGEST : Number(high)];
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max))
      throw new ApplicationError(`numbers are expected, got '${data}'`);
    const [from, to] = min <= max ? [min, max] : [max, min];
    if (to - from >= 2 ** 48 - 1) throw new ApplicationError(`'${data}' is too wide a range`);
    return String(randomInt(from, to + 1));
  },
};

export default defineModule({
  name: 'func_rand',
  description: 'Random number dialplan function',
  loadModule: core => core.dialplanFunction(rand),
});
