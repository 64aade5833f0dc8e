/** `make fuzz SECONDS=60 SEED=…`: the fuzzer for as long as that, with a seed of its own unless one is given. */
import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { CONNECTIONS, FATES } from '../../modules/chan_sip/cli/traffic.js';
import { campaign } from './campaign.js';

const seconds = Number(process.argv[2] || 60);
const seed = Number(process.argv[3] || randomInt(2 ** 31));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const megabytes = (octets: number): string => `${(octets / 1024 / 1024).toFixed(1)} MB`;

async function main(): Promise<void> {
  say(`seed ${seed}, ${seconds} s`);
  const until = performance.now() + seconds * 1000;
  const { datagrams, streamed, traffic, before, after } = await campaign(seed, () => performance.now() < until);
  const connections = Object.entries(streamed).map(([over, count]) => `${count} of ${over}`);
  say(`${datagrams} datagrams; connections: ${connections.join(', ')}`);
  for (const [title, key] of [...FATES, ...CONNECTIONS])
    if (traffic[key] > 0) say(`  ${title.padEnd(36)} ${traffic[key]}`);
  say(`heap ${megabytes(before.heapUsed)}, then ${megabytes(after.heapUsed)}; memory ${megabytes(after.rss)}`);
}

main().catch(thrown => {
  process.stderr.write(`${inspect(thrown)}\n`);
  process.exitCode = 1;
});
