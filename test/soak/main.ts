/** `make soak MINUTES=10`: a load of every kind with reloads and faults, and each quarter of a minute what the process holds. */
import { inspect } from 'node:util';
import { Soak } from './soak.js';

const minutes = Number(process.argv[2] || 10);
const SAMPLE = 15_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const WIDTHS = [6, 8, 8, 8, 9, 9, 9, 9, 7, 7, 9];
const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell, at) => String(cell).padStart(WIDTHS[at]!)).join(' ');
const HEADS = [
  's',
  'heap MB',
  'RSS MB',
  'handles',
  'p99 ms',
  'most ms',
  'registers',
  'calls',
  'knocks',
  'odd',
  'reloads',
];

async function main(): Promise<void> {
  const soak = await Soak.open();
  try {
    say(row(HEADS));
    await soak.run(minutes * 60_000, SAMPLE, ({ seconds, gauge, counts }) => {
      const handles = Object.values(gauge.handles).reduce((sum, one) => sum + one, 0);
      const { heapUsed, rss, late } = gauge;
      const memory = [heapUsed, rss].map(octets => (octets / 1024 / 1024).toFixed(1));
      const delays = [late.p99, late.max].map(ms => ms.toFixed(1));
      const { registered, called, knocked, spoilt, reloaded } = counts;
      say(row([seconds, ...memory, handles, ...delays, registered, called, knocked, spoilt, reloaded]));
    });
    const { wrong, lines } = await soak.verdict();
    say(`wrong answers: ${wrong.length === 0 ? 'none' : wrong.slice(0, 20).join('; ')}`);
    say(`unexpected log lines: ${lines.length === 0 ? 'none' : `\n${lines.slice(0, 20).join('\n')}`}`);
    if (wrong.length + lines.length > 0) process.exitCode = 1;
  } finally {
    await soak.close();
  }
}

main().catch(thrown => {
  process.stderr.write(`${inspect(thrown)}\n`);
  process.exitCode = 1;
});
