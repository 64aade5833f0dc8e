/** `make bench`: what an authenticated registration costs, beside a bare responder and Kamailio in the same run. */
import { cpus } from 'node:os';
import { type Outcome, register } from './load.js';
import { bare, kamailio, obelisk, type Server } from './servers.js';

const WARM_UP = 5000;
const REGISTRATIONS = 20_000;
const ABREAST = 64;
const ROUNDS = 3;

interface Figures {
  /** Processor time a registration, in microseconds. */
  readonly cpu: number;
  readonly perSecond: number;
  readonly repeated: number;
  readonly memory: number;
}

async function measure(server: Server): Promise<Figures> {
  const before = await server.cpu();
  const outcome: Outcome = await register(server.port, REGISTRATIONS, ABREAST);
  const used = (await server.cpu()) - before;
  return {
    cpu: used / outcome.registered,
    perSecond: outcome.registered / outcome.seconds,
    repeated: outcome.repeated,
    memory: await server.memory(),
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function main(): Promise<void> {
  const servers = [await bare(), await obelisk(), await kamailio()].filter(server => server !== undefined);
  const rounds = new Map<Server, Figures[]>(servers.map(server => [server, []]));
  try {
    for (const server of servers) await register(server.port, WARM_UP, ABREAST);
    // In turn, so that a slow moment of the machine meets all of them.
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) rounds.get(server)!.push(await measure(server));
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  print(rounds);
}

function print(rounds: ReadonlyMap<Server, readonly Figures[]>): void {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const middle = (figures: readonly Figures[], pick: (figure: Figures) => number) => median(figures.map(pick));
  const base = middle([...rounds.values()][0]!, ({ cpu }) => cpu);
  say(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node ${process.version}`);
  say(`${REGISTRATIONS} authenticated registrations (401, 200), ${ABREAST} at a time, median of ${ROUNDS} rounds`);
  say('');
  say(
    `${'server'.padEnd(22)}${'CPU us'.padStart(8)}${'ratio'.padStart(8)}${'per second'.padStart(12)}${'repeated'.padStart(10)}${'MB'.padStart(7)}`,
  );
  for (const [{ label }, figures] of rounds) {
    const cpu = middle(figures, figure => figure.cpu);
    say(
      label.padEnd(22) +
        cpu.toFixed(0).padStart(8) +
        (cpu / base).toFixed(2).padStart(8) +
        middle(figures, ({ perSecond }) => perSecond)
          .toFixed(0)
          .padStart(12) +
        middle(figures, ({ repeated }) => repeated)
          .toFixed(0)
          .padStart(10) +
        middle(figures, ({ memory }) => memory)
          .toFixed(0)
          .padStart(7),
    );
  }
}

main().catch(thrown => {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exitCode = 1;
});
