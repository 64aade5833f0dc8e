/** What a registration costs at a steady rate between SIPp, which sleeps, and each server: 10,000 accounts, runs in turn. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing } from '../support/obelisk.js';
import { sipp } from '../support/sipp.js';
import { sparePort } from '../support/spare-port.js';
import { bare, kamailio, obeliskOf, type Server } from './servers.js';

const ACCOUNTS = 10_000;
const RATES = [800, 2000] as const;
const SECONDS = 5;
const ROUNDS = 5;
/** Of a hundred requests, those that may be sent again. */
const MOST_REPEATED = 1;
/** Times that a run may be taken again. */
const ATTEMPTS = 3;

export interface SippFigures {
  readonly server: string;
  readonly rate: number;
  /** Microseconds of processor time for each, the median; undefined: no run was undisturbed. */
  readonly cpu: number | undefined;
  readonly runs: number;
}

const registerLines = (cseq: number, more: readonly string[]): string =>
  [
    'REGISTER sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${cseq};rport`,
    'Max-Forwards: 70',
    'From: <sip:[field0]@127.0.0.1>;tag=[pid]-[call_number]',
    'To: <sip:[field0]@127.0.0.1>',
    'Call-ID: [call_id]',
    `CSeq: ${cseq} REGISTER`,
    'Contact: <sip:[field0]@[local_ip]:[local_port]>',
    'Expires: 300',
    ...more,
    'Content-Length: 0',
  ].join('\n');

const send = (cseq: number, more: readonly string[]): string =>
  `<send retrans="500"><![CDATA[\n${registerLines(cseq, more)}\n\n]]></send>`;

const STEPS = [
  send(1, []),
  '<recv response="401" auth="true"></recv>',
  send(2, ['[field1]']),
  '<recv response="200"></recv>',
];

/** @returns microseconds for each registration; undefined when the run was disturbed */
async function run(server: Server, rate: number, directory: string): Promise<number | undefined> {
  const calls = rate * SECONDS;
  const before = await server.cpu();
  const { ended } = await sipp({
    ...{ directory, name: 'register', steps: STEPS, port: await sparePort(), server: server.port, calls },
    arguments: ['-r', String(rate), '-l', '4000', '-nd', '-inf', join(directory, 'accounts.csv')],
  });
  const { code, stdout } = await ended;
  const used = (await server.cpu()) - before;
  const repeated = [...stdout.matchAll(/REGISTER -+>\s+(?:B-RTD\d+\s+|E-RTD\d+\s+)?\d+\s+(\d+)/g)];
  const again = repeated.reduce((sum, [, count]) => sum + Number(count), 0);
  return code === 0 && again * 100 <= MOST_REPEATED * 2 * calls ? used / calls : undefined;
}

export async function sippFigures(): Promise<SippFigures[] | string> {
  const absent = await missing('sipp');
  if (absent) return absent;
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-bench-sipp-'));
  const lines = Array.from({ length: ACCOUNTS }, (_, index) => {
    const name = String(100_000 + index);
    return `${name};[authentication username=${name} password=s${name}]`;
  });
  await writeFile(join(directory, 'accounts.csv'), `SEQUENTIAL\n${lines.join('\n')}\n`);
  const servers: [name: string, server: Server][] = [];
  try {
    servers.push(['bare Node responder', await bare()]);
    const other = await kamailio({ children: 2, check: 'pv_www_authenticate("bench", "s$au", "0")' });
    if (typeof other !== 'string') servers.push(['Kamailio, 2 children', other]);
    servers.push(['Obelisk', await obeliskOf(ACCOUNTS)]);
    const figures: SippFigures[] = [];
    for (const rate of RATES) figures.push(...(await atRate(servers, rate, directory)));
    return figures;
  } finally {
    for (const [, server] of servers) await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function atRate(
  servers: readonly (readonly [name: string, server: Server])[],
  rate: number,
  directory: string,
): Promise<SippFigures[]> {
  const runs = servers.map((): number[] => []);
  for (const [, server] of servers) await run(server, rate, directory); // warms up
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, server]] of servers.entries()) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const cpu = await run(server, rate, directory);
        if (cpu === undefined) continue;
        runs[index]!.push(cpu);
        break;
      }
    }
  }
  return servers.map(([server], index) => {
    const all = runs[index]!.sort((a, b) => a - b);
    return { server, rate, cpu: all[all.length >> 1], runs: all.length };
  });
}

export const sippLines = (figures: readonly SippFigures[] | string): string[] => {
  const title = `SIPp, ${ACCOUNTS} accounts, ${SECONDS} s each, runs in turn, median`;
  if (typeof figures === 'string') return [title, figures];
  return [
    title,
    '',
    `${'server'.padEnd(26)}${['a second', 'CPU us', 'ratio', 'runs'].map(one => one.padStart(11)).join('')}`,
    ...figures.map(({ server, rate, cpu, runs }) => {
      const floor = figures.find(one => one.rate === rate)?.cpu;
      const ratio = cpu === undefined || floor === undefined ? '' : (cpu / floor).toFixed(2);
      return (
        server.padEnd(26) +
        [String(rate), cpu?.toFixed(1) ?? 'disturbed', ratio, String(runs)].map(cell => cell.padStart(11)).join('')
      );
    }),
  ];
};
