/** Commands about the call itself, and where it goes. */
import { ApplicationError, parseParty, Q850, type Result, stateNumber } from '#core';
import { type AgiCommand, FAILED, WrongUse, wholeNumber } from '../command.js';

/** What a result of an application is in AGI. */
const RESULTS = { hangup: -1, error: 1, incomplete: 12 } as const;

function resultNumber(result: Result): number {
  if (result === undefined) return 0;
  return typeof result === 'string' ? RESULTS[result] : result.digit.charCodeAt(0);
}

export const callCommands: readonly AgiCommand[] = [
  {
    name: 'answer',
    syntax: '',
    summary: 'Answer the call',
    dead: false,
    takes: [0, 0],
    run({ channel }) {
      channel.answer();
      return channel.isUp ? 'result=0' : FAILED;
    },
  },
  {
    name: 'channel status',
    syntax: '[<channel>]',
    summary: 'The state of a channel, as a number',
    dead: false,
    takes: [0, 1],
    run({ channel, tools }, [name]) {
      const found = name === undefined ? channel : tools.channels.find(name);
      return found ? `result=${stateNumber(found.state)}` : FAILED;
    },
  },
  {
    name: 'exec',
    syntax: '<application> [<arguments>]',
    summary: 'Run an application of the dialplan',
    dead: true,
    takes: [1, 128],
    async run({ channel, tools, placed }, [name = '', ...given]) {
      if (!tools.dialplan.application(name)) return 'result=-2';
      const before = channel.position;
      const result = await tools.dialplan.execute(channel, name, given.join(' '));
      if (channel.position !== before) placed();
      return `result=${resultNumber(result)}`;
    },
  },
  {
    name: 'gosub',
    syntax: '<context> <extension> <priority> [<arguments>]',
    summary: 'Run a subroutine of the dialplan',
    dead: false,
    takes: [3, 4],
    async run({ channel, tools, send }, [context, extension, priority, given = '']) {
      send('100 result=0 Trying...');
      const result = await tools.dialplan.subroutine(channel, `${context},${extension},${priority}(${given})`);
      return result === undefined && !channel.interrupted ? 'result=0 Gosub complete' : 'result=-1 Gosub failed';
    },
  },
  {
    name: 'hangup',
    syntax: '[<channel>]',
    summary: 'Hang up a channel',
    dead: false,
    takes: [0, 1],
    run({ channel, tools }, [name]) {
      const found = name === undefined ? channel : tools.channels.find(name);
      found?.requestHangup(Q850.normalClearing);
      return found ? 'result=1' : FAILED;
    },
  },
  {
    name: 'set autohangup',
    syntax: '<seconds>',
    summary: 'Let the call end after some time; 0: do not',
    dead: false,
    takes: [1, 1],
    run({ channel }, [seconds]) {
      const ms = wholeNumber(seconds) * 1000;
      channel.limit(ms > 0 ? ms : undefined);
      return 'result=0';
    },
  },
  {
    name: 'set callerid',
    syntax: '<number>',
    summary: 'Say who calls: a number, or "name" <number>',
    dead: false,
    takes: [1, 1],
    run({ channel }, [text = '']) {
      const { name, number } = parseParty(text);
      channel.changeCaller({ ...channel.caller, number, ...(name !== undefined && { name }) });
      return 'result=1';
    },
  },
  {
    name: 'set context',
    syntax: '<context>',
    summary: 'Say in which context the dialplan goes on',
    dead: false,
    takes: [1, 1],
    run({ channel }, [context = '']) {
      channel.position = { ...channel.position, context };
      return 'result=0';
    },
  },
  {
    name: 'set extension',
    syntax: '<extension>',
    summary: 'Say at which extension the dialplan goes on',
    dead: false,
    takes: [1, 1],
    run({ channel }, [extension = '']) {
      channel.position = { ...channel.position, extension };
      return 'result=0';
    },
  },
  {
    name: 'set priority',
    syntax: '<priority>',
    summary: 'Say at which priority or label the dialplan goes on',
    dead: false,
    takes: [1, 1],
    async run({ channel, tools, placed }, [text = '']) {
      try {
        channel.position = await tools.dialplan.target(channel, text);
      } catch (thrown) {
        if (thrown instanceof ApplicationError) throw new WrongUse();
        throw thrown;
      }
      placed();
      return 'result=0';
    },
  },
];
