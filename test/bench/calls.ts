/** What a call through Dial costs: set up, answered and ended between two SIPp, without media. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, Obelisk } from '../support/obelisk.js';
import { answer, answerWithin, expectAnswer, expectRequest, request, SDP, type Step, sipp } from '../support/sipp.js';
import { sparePort } from '../support/spare-port.js';
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

/** @returns why not, where SIPp is not there */
export async function callFigures(perSecond: number, calls: number): Promise<CallFigures | string> {
  const absent = await missing('sipp');
  if (absent) return absent;
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-bench-calls-'));
  const [calling, called] = [await sparePort(), await sparePort()];
  const fixed = (name: string, port: number): string =>
    `[${name}]\ntype=peer\nhost=127.0.0.1\nport=${port}\ninsecure=port,invite\ncontext=bench\ndirectmedia=no\n`;
  const pbx = await Obelisk.create({
    'logger.conf': '[logfiles]\nmessages => warning,error\n',
    'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\n${fixed('caller', calling)}${fixed('callee', called)}`,
    'extensions.conf': '[bench]\nexten => callee,1,Dial(SIP/callee,30)\n',
    'rtp.conf': '[general]\nrtpstart=20000\nrtpend=40000\n',
  });
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
