/** NoOp, Set, MSet, ImportVar, SetAMAFlags: what the dialplan keeps in mind. */
import { type Application, ApplicationError, type Channel, splitArguments } from '#core';
import type { Tools } from './tools.js';

export const variables = (tools: Tools): Application[] => [
  noOp(tools),
  set(tools),
  mset(tools),
  importVar(tools),
  setAmaFlags(tools),
];

const noOp = ({ log }: Tools): Application => ({
  name: 'NoOp',
  synopsis: 'Do nothing.',
  description: 'Its arguments are replaced as those of every application, and can be read in the log.',
  syntax: 'NoOp([text])',
  run: (channel, data) => log.debug(1, `${channel.name}: NoOp ${data}`),
});

const set = ({ dialplan }: Tools): Application => ({
  name: 'Set',
  synopsis: 'Set a variable of the channel, or write a function.',
  description:
    'With _ before its name channels that are called from here have the variable too, with __ those that they call as well.',
  syntax: 'Set(name=value)',
  arguments: [
    { name: 'name', help: 'A variable, or a function with its arguments', required: true },
    { name: 'value', help: 'All behind the first equals sign', required: true },
  ],
  seeAlso: ['MSet()'],
  async run(channel, data) {
    await assign(dialplan, channel, data);
  },
});

/** Pairs beyond these are a mistake. */
const MOST_PAIRS = 99;

const mset = ({ log, dialplan }: Tools): Application => ({
  name: 'MSet',
  synopsis: 'Set several variables or functions.',
  syntax: 'MSet(name1=value1[,name2=value2[,...]])',
  arguments: [
    { name: 'name=value', help: `As Set takes it; ${MOST_PAIRS} at most. Quotes protect a comma`, required: true },
  ],
  seeAlso: ['Set()'],
  async run(channel, data) {
    const pairs = splitArguments(data);
    if (pairs.length > MOST_PAIRS) log.warning(`MSet: only the first ${MOST_PAIRS} of ${pairs.length} are set`);
    for (const pair of pairs.slice(0, MOST_PAIRS)) {
      try {
        await assign(dialplan, channel, pair);
      } catch (thrown) {
        if (!(thrown instanceof ApplicationError)) throw thrown;
        log.warning(`MSet: ${thrown.message}`);
      }
    }
  },
});

/** @throws ApplicationError, which ends no call */
async function assign(dialplan: Tools['dialplan'], channel: Channel, text: string): Promise<void> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new ApplicationError(`expected name=value, got '${text}'`, 'goes on');
  try {
    await dialplan.write(channel, text.slice(0, equals).trim(), text.slice(equals + 1));
  } catch (thrown) {
    if (thrown instanceof ApplicationError) throw new ApplicationError(thrown.message, 'goes on');
    throw thrown;
  }
}

const importVar = ({ log, dialplan, channels }: Tools): Application => ({
  name: 'ImportVar',
  synopsis: 'Copy a variable of another channel.',
  syntax: 'ImportVar(newvar=channel,variable)',
  arguments: [
    { name: 'newvar', help: 'What it is called on this channel', required: true },
    { name: 'channel', help: 'The name of the other channel', required: true },
    { name: 'variable', help: 'A variable of it, or a function', required: true },
  ],
  async run(channel, data) {
    const [, name, from, variable] = /^([^=]*)=([^,]*),(.*)$/.exec(data) ?? [];
    if (name === undefined || from === undefined || variable === undefined) {
      throw new ApplicationError(`expected newvar=channel,variable, got '${data}'`, 'goes on');
    }
    const other = channels.find(from.trim());
    if (!other) log.debug(1, `ImportVar: there is no channel '${from}'`);
    await dialplan.write(channel, name.trim(), other ? await dialplan.read(other, variable.trim()) : '');
  },
});

const AMA_FLAGS = ['DEFAULT', 'OMIT', 'BILLING', 'DOCUMENTATION'];

const setAmaFlags = ({ log }: Tools): Application => ({
  name: 'SetAMAFlags',
  synopsis: 'Say how the call is to be accounted for.',
  description: 'Deprecated: Set(CHANNEL(amaflags)=...) does the same.',
  syntax: 'SetAMAFlags([flag])',
  arguments: [{ name: 'flag', help: 'default, omit, billing or documentation' }],
  run(channel, data) {
    const flag = data.trim().toUpperCase() || 'DEFAULT';
    if (AMA_FLAGS.includes(flag)) channel.amaflags = flag;
    else log.warning(`SetAMAFlags: '${data}' is none of default, omit, billing and documentation`);
  },
});
