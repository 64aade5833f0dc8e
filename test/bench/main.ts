/** `make bench`: what registrations, calls and sound cost, beside a bare responder or Kamailio in the same run; with names, those parts. */
import { cpus } from 'node:os';
import { avalancheFigures, avalancheLines, shedFigures } from './avalanche.js';
import { type BusyFigures, busyFigures, type CallFigures, callFigures } from './calls.js';
import { type EngineFigures, engineFigures } from './engines.js';
import { flood, type Outcome, register } from './load.js';
import { memoryFigures, memoryLines } from './memory.js';
import { millionFigures, millionLines } from './million.js';
import { type RealtimeFigures, realtimeFigures } from './realtime.js';
import { restartFigures, restartLines } from './restart.js';
import { reuseFigures, reuseLines } from './reuse-port.js';
import { soundFigures, soundLines } from './rtp.js';
import { bare, kamailio, obelisk, obeliskSecurity, type Server } from './servers.js';
import { sippFigures, sippLines } from './sipp-registrations.js';
import { stopFigures, stopLines } from './stop.js';
import { sustainedFigures, sustainedLines } from './sustained.js';
import { talkingFigures, talkingLines } from './talking.js';

const WARM_UP = 10_000;
const REGISTRATIONS = 20_000;
const ABREAST = 64;
const ROUNDS = 5;
const STRANGERS = 50_000;
const CALLS = 8000;
const CALLS_A_SECOND = 200;

/** A server, or why there is none. */
type Row = readonly [label: string, server: Server | string];

interface Figures {
  /** Processor time for each, in microseconds. */
  readonly cpu: number;
  readonly perSecond: number;
  readonly repeated: number;
  /** Megabytes afterwards. */
  readonly memory: number;
}

async function measure(server: Server, load: () => Promise<Outcome>): Promise<Figures> {
  const before = await server.cpu();
  const { done, seconds, repeated } = await load();
  const used = (await server.cpu()) - before;
  return { cpu: used / done, perSecond: done / seconds, repeated, memory: await server.memory() };
}

const isServer = (server: Server | string): server is Server => typeof server !== 'string';

const print = (lines: readonly string[]): void => void process.stdout.write(`\n${lines.join('\n')}\n`);

/** By the names that select them on the command line; all of them without one. */
const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  registrations: registrationsAndStrangers,
  sipp: async () => print(sippLines(await sippFigures())),
  sustained: async () => print(sustainedLines(await sustainedFigures())),
  reuseport: async () => print(reuseLines(await reuseFigures())),
  memory: async () => print(memoryLines(await memoryFigures([100_000, 1_000_000]))),
  million: async () => print(millionLines(await millionFigures())),
  restart: async () => print(restartLines(await restartFigures())),
  stop: async () => print(stopLines(await stopFigures())),
  avalanche: async () => print(avalancheLines(await avalancheFigures())),
  shed: async () => print(avalancheLines(await shedFigures())),
  realtime: async () => realtime(await realtimeFigures()),
  engines: async () => engines(await engineFigures()),
  dial: async () => busyCalls(await busyFigures()),
  calls: async () => calls(await callFigures(CALLS_A_SECOND, CALLS)),
  sound: async () => print(soundLines(await soundFigures())),
  talking: async () => print(talkingLines(await talkingFigures())),
};

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find(name => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`there is no '${unknown}'; there are ${Object.keys(PARTS).join(', ')}`);
  heading();
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) await PARTS[name]!();
}

async function registrationsAndStrangers(): Promise<void> {
  const rows: Row[] = [];
  try {
    rows.push(['bare Node responder', await bare()], ['Kamailio', await kamailio()]);
    rows.push(['Obelisk', await obelisk()], ['Obelisk, security log on', await obeliskSecurity()]);
    registrations(rows, await rounds(rows.map(([, server]) => server).filter(isServer)));
    for (const [label, server] of rows) if (label === 'Obelisk' && isServer(server)) await strangers(server);
  } finally {
    for (const [, server] of rows) if (isServer(server)) await server.stop();
  }
}

async function rounds(servers: readonly Server[]): Promise<Map<Server, Figures[]>> {
  const figures = new Map<Server, Figures[]>(servers.map(server => [server, []]));
  for (const server of servers) await register(server.port, WARM_UP, ABREAST);
  // In turn, so that a slow moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of servers) {
      figures.get(server)!.push(await measure(server, () => register(server.port, REGISTRATIONS, ABREAST)));
    }
  }
  return figures;
}

const say = (...cells: (string | number)[]): void => {
  const text = cells.map(cell => (typeof cell === 'number' ? cell.toFixed(0) : cell));
  process.stdout.write(
    `${text
      .map((cell, at) => (at === 0 ? cell.padEnd(26) : cell.padStart(11)))
      .join('')
      .trimEnd()}\n`,
  );
};

function heading(): void {
  say(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node ${process.version}`);
}

function registrations(rows: readonly Row[], figures: ReadonlyMap<Server, readonly Figures[]>): void {
  const middle = (server: Server, name: keyof Figures): number => {
    const values = figures.get(server)!.map(figure => figure[name]);
    return values.sort((a, b) => a - b)[values.length >> 1]!;
  };
  say(`${REGISTRATIONS} authenticated registrations (401, 200), ${ABREAST} at a time, median of ${ROUNDS} rounds`);
  say('');
  say('server', 'CPU us', 'ratio', 'per second', 'repeated', 'MB');
  const base = rows.map(([, server]) => server).find(isServer);
  for (const [label, server] of rows) {
    if (!isServer(server)) say(label, server);
    else {
      const cpu = middle(server, 'cpu');
      const ratio = (cpu / middle(base!, 'cpu')).toFixed(2);
      say(
        label,
        cpu.toFixed(1),
        ratio,
        middle(server, 'perSecond'),
        middle(server, 'repeated'),
        middle(server, 'memory'),
      );
    }
  }
}

/** Strangers cost the time of an answer and leave nothing: the memory after the second flood is that after the first. */
async function strangers(server: Server): Promise<void> {
  const load = () => flood(server.port, STRANGERS, ABREAST);
  const [first, second] = [await measure(server, load), await measure(server, load)];
  say('');
  say(`${STRANGERS} REGISTERs from names that nobody has, to Obelisk, twice`);
  say('');
  say('flood', 'CPU us', 'per second', 'repeated', 'MB');
  for (const [label, { cpu, perSecond, repeated, memory }] of [
    ['first', first],
    ['second', second],
  ] as const) {
    say(label, cpu.toFixed(1), perSecond, repeated, memory);
  }
}

function realtime(figures: RealtimeFigures): void {
  const { start, locked } = figures;
  say('');
  say('Realtime on the embedded database');
  say('');
  say('cached: look-ups a refresh', figures.lookupsPerRefresh.toFixed(2));
  say('cached: rows a refresh', figures.writesPerRefresh.toFixed(2));
  say('uncached: registrations/s', figures.uncachedPerSecond);
  say('uncached: look-ups each', figures.lookupsPerUncached.toFixed(2));
  say('rows written/s', figures.writtenPerSecond);
  say('');
  say('200 cached phones, 5 s', 'answers', 'refused', 'median ms', 'p99 ms');
  for (const [label, run] of [
    ['database free', locked.control],
    ['locked by another', locked.locked],
  ] as const) {
    say(label, run.count, run.refused, run.middle.toFixed(2), run.p99.toFixed(2));
  }
  say('');
  say(`start, ${start.rows} rows: ms`, start.ms);
  say(`start, ${start.rows} rows: MB`, start.megabytes);
}

function engines(figures: readonly EngineFigures[]): void {
  say('');
  say('Realtime by engine', 'written/s', 'read/s');
  for (const { engine, lacks, writtenPerSecond, readPerSecond } of figures) {
    if (lacks !== undefined) say(engine, lacks);
    else say(engine, writtenPerSecond, readPerSecond);
  }
}

function busyCalls({ bare, obelisk }: { readonly bare: BusyFigures; readonly obelisk: BusyFigures }): void {
  say('');
  say('Calls through Dial, set up, answered and ended without media, 16 at a time; medians of 5 rounds of 5000');
  say('');
  say('server', 'CPU us', 'ratio', 'per second', 'repeated');
  for (const [label, { cpu, perSecond, repeated }] of [
    ['bare Node relay', bare],
    ['Obelisk', obelisk],
  ] as const) {
    say(label, cpu.toFixed(1), (cpu / bare.cpu).toFixed(2), perSecond, repeated);
  }
}

function calls(figures: CallFigures | string): void {
  say('');
  say(`The same between two SIPp, which sleep, ${CALLS_A_SECOND} a second`);
  say('');
  if (typeof figures === 'string') say('calls', figures);
  else {
    say('calls', 'CPU us', 'failed', 'left', 'MB');
    say(String(figures.calls), figures.cpu, figures.failed, figures.left, figures.memory);
  }
}

main(process.argv.slice(2)).catch(thrown => {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exitCode = 1;
});
