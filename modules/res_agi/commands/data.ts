/** Commands about what is kept: variables and AstDB; and those that only say something. */
import { type AgiCommand, FAILED, wholeNumber } from '../command.js';

const found = (value: string): string => `result=1 (${value})`;

const isFunction = (name: string): boolean => name.includes('(');

export const dataCommands: readonly AgiCommand[] = [
  {
    name: 'database get',
    syntax: '<family> <key>',
    summary: 'A value of AstDB',
    dead: true,
    takes: [2, 2],
    run({ tools }, [family = '', key = '']) {
      const value = tools.astdb.get(family, key);
      return value === undefined ? 'result=0' : found(value);
    },
  },
  {
    name: 'database put',
    syntax: '<family> <key> <value>',
    summary: 'Put a value into AstDB',
    dead: true,
    takes: [3, 3],
    run({ tools }, [family = '', key = '', value = '']) {
      tools.astdb.put(family, key, value);
      return 'result=1';
    },
  },
  {
    name: 'database del',
    syntax: '<family> <key>',
    summary: 'Take a value out of AstDB',
    dead: true,
    takes: [2, 2],
    run: ({ tools }, [family = '', key = '']) => `result=${tools.astdb.del(family, key) ? 1 : 0}`,
  },
  {
    name: 'database deltree',
    syntax: '<family> [<keytree>]',
    summary: 'Take a family, or part of it, out of AstDB',
    dead: true,
    takes: [1, 2],
    run: ({ tools }, [family = '', tree]) => `result=${tools.astdb.deltree(family, tree) > 0 ? 1 : 0}`,
  },
  {
    name: 'get variable',
    syntax: '<name>',
    summary: 'A variable of the channel, or a function',
    dead: true,
    takes: [1, 1],
    async run({ channel, tools: { dialplan } }, [name = '']) {
      const value = await dialplan.read(channel, name);
      const set = [channel.variables, dialplan.globals].some(variables => variables.get(name) !== undefined);
      return value !== '' || set || isFunction(name) ? found(value) : 'result=0';
    },
  },
  {
    name: 'get full variable',
    syntax: '<expression> [<channel>]',
    summary: 'A text in which variables and functions are replaced',
    dead: true,
    takes: [1, 2],
    async run({ channel, tools }, [text = '', name]) {
      const of = name === undefined ? channel : tools.channels.find(name);
      return of ? found(await tools.dialplan.substitute(of, text)) : 'result=0';
    },
  },
  {
    name: 'set variable',
    syntax: '<name> <value>',
    summary: 'Set a variable of the channel, or write a function',
    dead: true,
    takes: [2, 2],
    async run({ channel, tools }, [name = '', value = '']) {
      await tools.dialplan.write(channel, name, value);
      return 'result=1';
    },
  },
  {
    name: 'noop',
    syntax: '[<text>]',
    summary: 'Do nothing',
    dead: true,
    takes: [0, 128],
    run: () => 'result=0',
  },
  {
    name: 'send text',
    syntax: '<text>',
    summary: 'Send text to the far end: no channel here can',
    dead: false,
    takes: [1, 128],
    run: () => FAILED,
  },
  {
    name: 'verbose',
    syntax: '<message> [<level>]',
    summary: 'Write a line for consoles that want to see that much',
    dead: true,
    takes: [1, 2],
    run({ channel, tools }, [message = '', level]) {
      tools.core.log.verbose(Math.min(4, Math.max(1, wholeNumber(level, 1))), `${channel.name}: ${message}`);
      return 'result=1';
    },
  },
];
