/** func_logic: choices within an expression. */
import {
  ApplicationError,
  type Clock,
  type Dialplan,
  type DialplanFunction,
  defineModule,
  dialplan,
  Invalid,
  isTrue,
  parseTimeSpec,
  splitArguments,
  type TimeSpec,
} from '#core';

/** `condition?yes:no`, quotes around either protect. @throws ApplicationError */
function branches(data: string, name: string): { condition: string; yes: string; no: string } {
  const mark = data.indexOf('?');
  if (mark < 0) throw new ApplicationError(`${name} expects condition?yes:no`);
  const [yes = '', no = ''] = splitArguments(data.slice(mark + 1), { by: ':', most: 2, raw: true });
  return { condition: data.slice(0, mark).trim(), yes: bare(yes), no: bare(no) };
}

const bare = (text: string): string => {
  const word = text.trim();
  return word.length > 1 && word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1) : word;
};

/** @throws ApplicationError */
function timed(text: string): TimeSpec {
  try {
    return parseTimeSpec(text);
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new ApplicationError(thrown.message);
    throw thrown;
  }
}

const functions = (plan: Dialplan, clock: Clock): DialplanFunction[] => [
  {
    name: 'IF',
    synopsis: 'Gets one of two values, as a condition says.',
    syntax: 'IF(expression?[true][:false])',
    read({ data }) {
      const { condition, yes, no } = branches(data, 'IF');
      return isTrue(condition) ? yes : no;
    },
  },
  {
    name: 'IFTIME',
    synopsis: 'Gets one of two values, as the time says.',
    syntax: 'IFTIME(timespec?[true][:false])',
    read({ data }) {
      const { condition, yes, no } = branches(data, 'IFTIME');
      return timed(condition).holds(clock.now()) ? yes : no;
    },
  },
  {
    name: 'ISNULL',
    synopsis: 'Tells whether a value is empty.',
    syntax: 'ISNULL(data)',
    read: ({ data }) => (data === '' ? '1' : '0'),
  },
  {
    name: 'EXISTS',
    synopsis: 'Tells whether a value is not empty.',
    syntax: 'EXISTS(data)',
    read: ({ data }) => (data === '' ? '0' : '1'),
  },
  {
    name: 'SET',
    synopsis: 'Sets a variable and gets its value.',
    syntax: 'SET(varname=[value])',
    async read({ channel, data }) {
      const equals = data.indexOf('=');
      if (equals < 1) throw new ApplicationError('SET expects varname=value');
      const value = data.slice(equals + 1);
      await plan.write(channel, data.slice(0, equals).trim(), value);
      return value;
    },
  },
];

export default defineModule({
  name: 'func_logic',
  description: 'Logical dialplan functions',
  loadModule: core => core.dialplanFunction(...functions(core.use(dialplan), core.clock)),
});
