/** Functions of lists: variables whose values have parts. */
import { ApplicationError, type Channel, type Dialplan, type DialplanFunction, splitArguments } from '#core';
import { charactersOf } from './characters.js';
import { LONGEST } from './longest.js';

async function fields(plan: Dialplan, channel: Channel | undefined, name: string, delimiter: string | undefined) {
  if (name === '') throw new ApplicationError('the name of a variable is expected');
  const value = await plan.read(channel, name);
  const [by = ','] = charactersOf(delimiter ?? '');
  return { by, parts: value === '' ? [] : value.split(by) };
}

/** A function that takes a part from one end of a list, and leaves the rest in its variable. */
const taking = (
  plan: Dialplan,
  name: string,
  synopsis: string,
  take: (parts: string[]) => string | undefined,
): DialplanFunction => ({
  name,
  synopsis,
  syntax: `${name}(varname[,delimiter])`,
  async read({ channel, data }) {
    const [variable = '', delimiter] = splitArguments(data, { most: 2, raw: true });
    const { by, parts } = await fields(plan, channel, variable, delimiter);
    const taken = take(parts);
    if (taken !== undefined) await plan.write(channel, variable, parts.join(by));
    return taken ?? '';
  },
});

/** A function that is written: it puts a part at one end of a list. */
const putting = (
  plan: Dialplan,
  name: string,
  synopsis: string,
  put: (parts: string[], part: string) => void,
): DialplanFunction => ({
  name,
  synopsis,
  syntax: `${name}(varname[,delimiter])`,
  async write({ channel, data }, value) {
    const [variable = '', delimiter] = splitArguments(data, { most: 2, raw: true });
    const { by, parts } = await fields(plan, channel, variable, delimiter);
    put(parts, value);
    const list = parts.join(by);
    if (list.length > LONGEST)
      throw new ApplicationError(`'${variable}' is not changed: it would be longer than ${LONGEST} characters`);
    await plan.write(channel, variable, list);
  },
});

export const lists = (plan: Dialplan): DialplanFunction[] => [
  {
    name: 'FIELDQTY',
    synopsis: 'Counts the fields of a list.',
    syntax: 'FIELDQTY(varname,delim)',
    async read({ channel, data }) {
      const [name = '', delimiter] = splitArguments(data, { most: 2, raw: true });
      return String((await fields(plan, channel, name, delimiter)).parts.length);
    },
  },
  {
    name: 'FIELDNUM',
    synopsis: 'Gets which field of a list a value is; 0: none.',
    syntax: 'FIELDNUM(varname,delim,value)',
    async read({ channel, data }) {
      const [name = '', delimiter, value = ''] = splitArguments(data, { most: 3, raw: true });
      return String((await fields(plan, channel, name, delimiter)).parts.indexOf(value) + 1);
    },
  },
  {
    name: 'LISTFILTER',
    synopsis: 'Gets a list without a value.',
    syntax: 'LISTFILTER(varname,delim,value)',
    async read({ channel, data }) {
      const [name = '', delimiter, value = ''] = splitArguments(data, { most: 3, raw: true });
      const { by, parts } = await fields(plan, channel, name, delimiter);
      return parts.filter(part => part !== value).join(by);
    },
  },
  taking(plan, 'SHIFT', 'Takes the first part from a list.', parts => parts.shift()),
  taking(plan, 'POP', 'Takes the last part from a list.', parts => parts.pop()),
  putting(plan, 'PUSH', 'Puts a part at the end of a list.', (parts, part) => void parts.push(part)),
  putting(plan, 'UNSHIFT', 'Puts a part at the beginning of a list.', (parts, part) => void parts.unshift(part)),
  {
    name: 'ARRAY',
    synopsis: 'Sets several variables at once.',
    syntax: 'ARRAY(var1[,var2[,...][,varN]])',
    async write({ channel, data }, value) {
      const values = splitArguments(value);
      for (const [at, name] of splitArguments(data).entries()) {
        if (name.trim() !== '') await plan.write(channel, name.trim(), values[at] ?? '');
      }
    },
  },
];
