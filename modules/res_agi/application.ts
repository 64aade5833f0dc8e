/** AGI: gives a call to a program outside. */
import { type Application, ApplicationError, type Channel, splitArguments } from '#core';
import { openConnection, parseAddress } from './connection.js';
import { environmentOf } from './environment.js';
import { type Peer, Unreachable } from './peer.js';
import { openProgram } from './program.js';
import { Session } from './session.js';
import type { Tools } from './tools.js';

export const applications = (tools: Tools): Application[] => [
  agi(tools),
  {
    ...agi(tools),
    name: 'DeadAGI',
    synopsis: 'Give a call that is over to a program.',
    description: 'The same as AGI, which does so in extension h.',
    syntax: 'DeadAGI(command[,arg1[,arg2[,...]]])',
  },
];

const agi = (tools: Tools): Application => ({
  name: 'AGI',
  synopsis: 'Give the call to a program.',
  description:
    'A program from astagidir is started, or one is reached over TCP. It says on its standard output, or over the connection, ' +
    'what is to be done: `agi show commands`. When the caller hangs up it is told (SIGHUP, or a line HANGUP), may still use those ' +
    'commands that need no caller, and is ended after half a minute. Variables: AGISIGHUP=no, it is not told; ' +
    'AGIEXITONHANGUP=yes, it is ended at once.',
  syntax: 'AGI(command[,arg1[,arg2[,...]]])',
  arguments: [
    { name: 'command', help: 'A program under astagidir, or agi://host[:port][/script]', required: true },
    { name: 'arg', help: 'What it is given: agi_arg_1 and so on, and the arguments of a program here' },
  ],
  variables: [
    { name: 'AGISTATUS', help: 'SUCCESS FAILURE NOTFOUND HANGUP; a program that ends with an exit code fails' },
  ],
  seeAlso: ['Exec()', 'Gosub()'],
  dangerous: true,
  async run(channel, data) {
    const [request = '', ...given] = splitArguments(data);
    if (request === '') throw new ApplicationError('it needs a program');
    channel.set('AGISTATUS', await lead(tools, channel, request, given));
  },
});

async function lead(tools: Tools, channel: Channel, request: string, given: readonly string[]): Promise<string> {
  const opening = open(tools, request, given, channel);
  try {
    const peer = await channel.race(opening);
    if (!peer) {
      tools.core.spawn(
        `AGI ${request}`,
        opening.then(
          late => tools.peers.end(late),
          () => undefined,
        ),
      );
      return 'HANGUP';
    }
    const script = parseAddress(request)?.script;
    const environment = environmentOf(channel, { request, arguments: given, script });
    return await new Session(channel, peer, tools).run(environment);
  } catch (thrown) {
    if (!(thrown instanceof Unreachable)) throw thrown;
    tools.core.log.warning(`${channel.name}: AGI ${request}: ${thrown.message}`);
    return thrown.missing ? 'NOTFOUND' : 'FAILURE';
  }
}

/** @throws Unreachable */
async function open(tools: Tools, request: string, given: readonly string[], channel: Channel): Promise<Peer> {
  const { clock, log } = tools.core;
  const complain = (why: string): void => log.warning(`${channel.name}: AGI ${request}: ${why}`);
  const peer = await connectOrStart(
    tools,
    request,
    given,
    complain,
    line => log.notice(`AGI ${request}: ${line}`),
    clock,
  );
  tools.peers.add(peer);
  return peer;
}

function connectOrStart(
  { directories }: Tools,
  request: string,
  given: readonly string[],
  complain: (why: string) => void,
  muttered: (line: string) => void,
  clock: Tools['core']['clock'],
): Promise<Peer> {
  const address = parseAddress(request);
  if (address) return openConnection(address, clock, complain);
  if (/^(?:agi:async|h?agi:)/i.test(request))
    throw new Unreachable('only agi://host[:port][/script] is there of these');
  return openProgram(request, given, directories, { clock, complain, muttered });
}
