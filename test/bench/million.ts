/** One million bindings: how long the event loop works without a pause while they come back, are listed, reloaded, end. */
import { appendFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Obelisk } from '../support/obelisk.js';
import { fillAstDb, manyAccounts } from './many.js';
import { Control, ownWork } from './own-work.js';
import { cpuOf } from './servers.js';

const COUNT = 1_000_000;
/** A client of the manager interface that reads whole lists. */
const MANAGER = '[general]\nenabled=yes\nport=0\nbindaddr=127.0.0.1\n[admin]\nsecret=s3cret\nread=all\nwrite=all\n';
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
  const pbx = await manyAccounts(count, { 'manager.conf': MANAGER });
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
    await during('sip show peers --json', () => pbx.x('sip show peers --json'));
    await during('database show', () => pbx.x('database show'));
    await during('SIPpeers', () => managerList(pbx, 'SIPpeers', 'PeerlistComplete'));
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

/** Asks for a list and reads all of it, keeping none. @throws when the connection ends before it does */
async function managerList(pbx: Obelisk, action: string, end: string): Promise<void> {
  const [, port = ''] = /TCP Bindaddress:.*:(\d+)/.exec(await pbx.x('manager show settings')) ?? [];
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('Action: Login\r\nUsername: admin\r\nSecret: s3cret\r\nEvents: off\r\n\r\n');
  socket.write(`Action: ${action}\r\n\r\n`);
  let last = '';
  for await (const text of socket.setEncoding('latin1')) {
    last = (last + text).slice(-200);
    if (!last.includes(`Event: ${end}`)) continue;
    socket.destroy();
    return;
  }
  throw new Error(`${action}: the connection ended before the list: ${last}`);
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
