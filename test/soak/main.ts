/** `make soak MINUTES=10`: a load of every kind with reloads and faults, and each quarter of a minute what the process holds. */
import { inspect } from 'node:util';
import { handlesOf } from './growth.js';
import { Soak } from './soak.js';

const minutes = Number(process.argv[2] || 10);
const SAMPLE = 15_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const WIDTHS = [5, 8, 8, 8, 8, 8, 8, 8, 10, 7, 7, 7, 8];
const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell, at) => String(cell).padStart(WIDTHS[at]!)).join(' ');
const HEADS = [
  's',
  'heap MB',
  'V8 MB',
  'other MB',
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
      const { heapUsed, heapTotal, external, rss, late } = gauge;
      const memory = [heapUsed, heapTotal, external, rss].map(octets => (octets / 1024 / 1024).toFixed(1));
      const delays = [late.p99, late.max].map(ms => ms.toFixed(1));
      const { registered, called, knocked, spoilt, reloaded } = counts;
      say(row([seconds, ...memory, handlesOf(gauge), ...delays, registered, called, knocked, spoilt, reloaded]));
    });
    const { wrong, lines, grown } = await soak.verdict();
    say(`wrong answers: ${wrong.length === 0 ? 'none' : wrong.slice(0, 20).join('; ')}`);
    say(`unexpected log lines: ${lines.length === 0 ? 'none' : `\n${lines.slice(0, 20).join('\n')}`}`);
    say(`grown while the load was the same: ${grown.length === 0 ? 'nothing' : grown.join('; ')}`);
    if (wrong.length + lines.length + grown.length > 0) process.exitCode = 1;
  } finally {
    await soak.close();
  }
}

main().catch(thrown => {
  process.stderr.write(`${inspect(thrown)}\n`);
  process.exitCode = 1;
});
