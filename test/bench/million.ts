/** One million bindings: how long the event loop works without a pause while they come back, are listed, reloaded, end. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Obelisk } from '../support/obelisk.js';
import { fillAstDb, manyAccounts } from './many.js';
import { Control, ownWork } from './own-work.js';
import { cpuOf } from './servers.js';

const COUNT = 1_000_000;
/** Seconds for which they were granted: they end 10 seconds later, all within the time that the start took. */
const GRANTED = 120;

export interface Stretch {
  readonly what: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Milliseconds: the longest work of its own without a pause; how late its loop was, and that of the control. */
  readonly own: number;
  readonly late: number;
  readonly control: number;
}

export async function millionFigures(count = COUNT): Promise<Stretch[]> {
  const pbx = await manyAccounts(count);
  const control = await Control.start();
  const stretches: Stretch[] = [];
  const during = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const running = what === 'start';
    const before = running ? 0 : await cpuOf(pbx.pid);
    if (!running) await ownWork(pbx);
    await control.late();
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    const { own, late } = await ownWork(pbx);
    const cpuSeconds = ((await cpuOf(pbx.pid)) - before) / 1e6;
    stretches.push({ what, seconds, cpuSeconds, own, late, control: await control.late() });
  };
  try {
    fillAstDb(pbx, count, GRANTED);
    await during('start', () => pbx.start());
    await during('sip show peers', () => pbx.x('sip show peers'));
    await during('sip show peers | count', () => pbx.x('sip show peers | count'));
    await during('sip reload, changed', async () => {
      await appendFile(join(pbx.directory, 'sip.conf'), '; changed\n');
      pbx.kill('SIGHUP');
      await atRest(pbx);
    });
    await during('mass expiry', () => allOver(pbx));
  } finally {
    control.stop();
    // A million removals are longer on their way to the disk than a stop waits.
    pbx.kill('SIGKILL');
    await pbx.exited();
    await pbx.remove();
  }
  return stretches;
}

/** Until it does next to nothing: `-x` gives up after a minute, and a busy machine takes longer for a reload. */
async function atRest(pbx: Obelisk): Promise<void> {
  for (;;) {
    const before = await cpuOf(pbx.pid);
    await pause(3000);
    if ((await cpuOf(pbx.pid)) - before < 300_000) return;
  }
}

/** Until nobody is registered any more. */
async function allOver(pbx: Obelisk): Promise<void> {
  while (/expire_register +: [1-9]/.test(await pbx.x('sip show sched'))) await pause(2000);
}

export const millionLines = (stretches: readonly Stretch[]): string[] => [
  `${'1000000 bindings'.padEnd(26)}${['s', 'CPU s', 'own ms', 'late ms', 'control ms'].map(title => title.padStart(11)).join('')}`,
  ...stretches.map(
    ({ what, seconds, cpuSeconds, own, late, control }) =>
      what.padEnd(26) +
      [seconds.toFixed(1), cpuSeconds.toFixed(1), own.toFixed(0), late.toFixed(0), control.toFixed(0)]
        .map(cell => cell.padStart(11))
        .join(''),
  ),
];
