/** What two processes on one UDP port give on this machine: the bare responder alone, and two of it with `reusePort`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sparePort } from '../support/spare-port.js';
import { register } from './load.js';
import { cpuOf } from './servers.js';

const ROUNDS = 5;
const REGISTRATIONS = 20_000;
/** The system shares datagrams out by where they come from: several sockets of the load. */
const SOCKETS = 8;

export interface ReuseFigures {
  readonly processes: number;
  readonly perSecond: number;
  /** Microseconds of all of them for each. */
  readonly cpu: number;
  /** Of the busiest process, its part of the work. */
  readonly busiest: number;
}

async function responders(count: number): Promise<{ port: number; children: ChildProcess[] }> {
  const port = await sparePort();
  const children: ChildProcess[] = [];
  for (let index = 0; index < count; index++) {
    const child = fork(join(__dirname, 'bare.js'), [String(port)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    await once(child.stdout!, 'data');
    children.push(child);
  }
  return { port, children };
}

async function round(port: number, children: readonly ChildProcess[]): Promise<ReuseFigures> {
  const cpus = (): Promise<number[]> => Promise.all(children.map(({ pid }) => cpuOf(pid!)));
  const before = await cpus();
  const began = performance.now();
  await Promise.all(Array.from({ length: SOCKETS }, () => register(port, REGISTRATIONS / SOCKETS, 64 / SOCKETS)));
  const seconds = (performance.now() - began) / 1000;
  const used = (await cpus()).map((now, index) => now - before[index]!);
  const all = used.reduce((sum, one) => sum + one, 0);
  return {
    processes: children.length,
    perSecond: REGISTRATIONS / seconds,
    cpu: all / REGISTRATIONS,
    busiest: Math.max(...used) / all,
  };
}

const middle = (rounds: readonly ReuseFigures[], of: keyof ReuseFigures): number =>
  rounds.map(one => one[of]).sort((a, b) => a - b)[rounds.length >> 1]!;

export async function reuseFigures(): Promise<ReuseFigures[]> {
  const settings = [await responders(1), await responders(2)];
  const rounds: ReuseFigures[][] = settings.map(() => []);
  try {
    for (let turn = 0; turn <= ROUNDS; turn++) {
      for (const [index, { port, children }] of settings.entries()) {
        const figures = await round(port, children);
        if (turn > 0) rounds[index]!.push(figures); // the first one warms up
      }
    }
  } finally {
    for (const { children } of settings) for (const child of children) child.kill();
  }
  return rounds.map(all => ({
    processes: all[0]!.processes,
    perSecond: middle(all, 'perSecond'),
    cpu: middle(all, 'cpu'),
    busiest: middle(all, 'busiest'),
  }));
}

export const reuseLines = (figures: readonly ReuseFigures[]): string[] => [
  `${'bare responders on a port'.padEnd(26)}${['per second', 'CPU us', 'busiest'].map(title => title.padStart(11)).join('')}`,
  ...figures.map(
    ({ processes, perSecond, cpu, busiest }) =>
      String(processes).padEnd(26) +
      [perSecond.toFixed(0), cpu.toFixed(1), `${(busiest * 100).toFixed(0)} %`].map(cell => cell.padStart(11)).join(''),
  ),
];
