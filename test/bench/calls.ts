/** What a call through Dial costs: set up, answered and ended without media; between two SIPp, and under a load that never sleeps. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, Obelisk } from '../support/obelisk.js';
import { answer, answerWithin, expectAnswer, expectRequest, request, SDP, type Step, sipp } from '../support/sipp.js';
import { sparePort } from '../support/spare-port.js';
import { CallLoad } from './call-load.js';
import { cpuOf, memoryOf } from './servers.js';

export interface CallFigures {
  readonly perSecond: number;
  readonly calls: number;
  /** Processor time of the PBX for each, in microseconds. */
  readonly cpu: number;
  /** Calls that SIPp says failed, at either end. */
  readonly failed: number;
  /** Channels that are left when all is over. */
  readonly left: number;
  readonly memory: number;
}

const CALLER: readonly Step[] = [
  request({ method: 'INVITE', cseq: 1, to: 'callee', from: 'caller', body: SDP }),
  expectAnswer(100, { optional: true }),
  expectAnswer(180, { optional: true }),
  expectAnswer(200, { makesDialog: true }),
  request({ method: 'ACK', cseq: 1, dialog: true, from: 'caller' }),
  request({ method: 'BYE', cseq: 2, dialog: true, from: 'caller' }),
  expectAnswer(200),
];

const CALLEE: readonly Step[] = [
  expectRequest('INVITE'),
  answer(180, 'Ringing'),
  answer(200, 'OK', { body: SDP }),
  expectRequest('ACK'),
  expectRequest('BYE'),
  answerWithin(200, 'OK'),
];

const ABREAST = 16;
const WARM_UP = 4000;
const CALLS = 5000;
const ROUNDS = 5;

/** Of one server, the medians of its rounds. */
export interface BusyFigures {
  /** Microseconds of processor time for each call. */
  readonly cpu: number;
  readonly perSecond: number;
  readonly repeated: number;
}

const fixed = (name: string, port: number): string =>
  `[${name}]\ntype=peer\nhost=127.0.0.1\nport=${port}\ninsecure=port,invite\ncontext=bench\ndirectmedia=no\n`;

const pbxBetween = (calling: number, called: number): Promise<Obelisk> =>
  Obelisk.create({
    'logger.conf': '[logfiles]\nmessages => warning,error\n',
    'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\n${fixed('caller', calling)}${fixed('callee', called)}`,
    'extensions.conf': '[bench]\nexten => callee,1,Dial(SIP/callee,30)\n',
    'rtp.conf': '[general]\nrtpstart=20000\nrtpend=40000\n',
  });

/** In turn: a relay of datagrams and nothing else, and the whole PBX. */
export async function busyFigures(): Promise<{ readonly bare: BusyFigures; readonly obelisk: BusyFigures }> {
  const [relayed, switched] = [await CallLoad.open(), await CallLoad.open()];
  const bare = spawn(process.execPath, [join(__dirname, 'bare-calls.js'), ...relayed.ports.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pbx = await pbxBetween(...switched.ports);
  try {
    const [port] = (await once(bare.stdout!, 'data')) as [Buffer];
    const servers = [
      { load: relayed, port: Number(port.toString()), pid: bare.pid!, rounds: [] as BusyFigures[] },
      { load: switched, port: await pbx.port(), pid: pbx.pid, rounds: [] as BusyFigures[] },
    ] as const;
    for (const { load, port } of servers) await load.run(port, WARM_UP, ABREAST);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { load, port, pid, rounds } of servers) {
        const before = await cpuOf(pid);
        const { done, repeated, seconds } = await load.run(port, CALLS, ABREAST);
        rounds.push({ cpu: ((await cpuOf(pid)) - before) / done, perSecond: done / seconds, repeated });
      }
    }
    const [first, second] = servers;
    return { bare: medians(first.rounds), obelisk: medians(second.rounds) };
  } finally {
    bare.kill();
    await pbx.remove();
    relayed.close();
    switched.close();
  }
}

function medians(rounds: readonly BusyFigures[]): BusyFigures {
  const middle = (of: keyof BusyFigures): number =>
    rounds.map(one => one[of]).sort((a, b) => a - b)[rounds.length >> 1]!;
  return { cpu: middle('cpu'), perSecond: middle('perSecond'), repeated: middle('repeated') };
}

/** @returns why not, where SIPp is not there */
export async function callFigures(perSecond: number, calls: number): Promise<CallFigures | string> {
  const absent = await missing('sipp');
  if (absent) return absent;
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-bench-calls-'));
  const [calling, called] = [await sparePort(), await sparePort()];
  const pbx = await pbxBetween(calling, called);
  try {
    const server = await pbx.port();
    const round = async (name: string, count: number): Promise<number> => {
      const more = ['-l', '2000', '-nd'];
      const callee = await sipp({
        directory,
        name: `${name}-callee`,
        steps: CALLEE,
        port: called,
        calls: count,
        arguments: more,
      });
      const caller = await sipp({
        ...{ directory, name: `${name}-caller`, steps: CALLER, port: calling, server, calls: count },
        arguments: [
          ...more,
          '-r',
          String(perSecond),
          '-trace_stat',
          '-fd',
          '60',
          '-stf',
          join(directory, `${name}.csv`),
        ],
      });
      const ends = await Promise.all([caller.ended, callee.ended]);
      return ends.reduce(
        (failed, { stdout }) => failed + Number(/Failed call\s*\|\s*\d+\s*\|\s*(\d+)/.exec(stdout)?.[1] ?? 0),
        0,
      );
    };
    await round('warm', Math.min(calls, 500));
    const before = await cpuOf(pbx.pid);
    const failed = await round('calls', calls);
    const used = (await cpuOf(pbx.pid)) - before;
    const left = Number(/^(\d+) active channel/m.exec(await pbx.x('core show channels count'))?.[1] ?? Number.NaN);
    return { perSecond, calls, cpu: used / calls, failed, left, memory: await memoryOf(pbx.pid) };
  } finally {
    await pbx.remove();
    await rm(directory, { recursive: true, force: true });
  }
}
