/** How long the event loop of a running PBX works without a pause, how late it is, and what it holds; and the control beside it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Obelisk } from '../support/obelisk.js';

/** Milliseconds between two looks. */
const LOOK = 5;

export interface OwnWork {
  /** The most processor time of the main thread between two looks, in milliseconds: no stretch of work was longer. */
  readonly own: number;
  /** By how much the latest look was late. */
  readonly late: number;
  /** Megabytes that are in use, after a collection, and resident before it. */
  readonly heap: number;
  readonly resident: number;
}

/** In the PBX as a module: looks, and tells once for each command. */
const MODULE = `const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
module.exports = { default: {
  name: 'app_work',
  description: 'Tells how long the event loop works',
  loadModule(core) {
    let last = performance.now(), cpu = process.threadCpuUsage(), own = 0, late = 0;
    const used = now => (now.user + now.system - cpu.user - cpu.system) / 1000;
    const look = () => {
      const [now, thread] = [performance.now(), process.threadCpuUsage()];
      own = Math.max(own, used(thread));
      late = Math.max(late, now - last - ${LOOK});
      last = now;
      cpu = thread;
    };
    const timer = setInterval(look, ${LOOK});
    core.defer('looks', () => clearInterval(timer));
    const begin = () => { last = performance.now(); cpu = process.threadCpuUsage(); own = late = 0; };
    core.command({ syntax: 'own work', summary: 'How long it worked', run({ out }) {
      look();
      out.line(JSON.stringify({ own, late, heap: 0, resident: process.memoryUsage().rss / 1e6 }));
      begin();
    } }, { syntax: 'own memory', summary: 'What it holds', run({ out }) {
      const resident = process.memoryUsage().rss / 1e6;
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc');
      collect();
      collect();
      out.line(JSON.stringify({ own, late, heap: process.memoryUsage().heapUsed / 1e6, resident }));
      setImmediate(begin);
    } });
  },
} };
`;

/** Before it starts. */
export const addOwnWork = (pbx: Obelisk): Promise<void> => pbx.module('app_work', MODULE);

/** Since it was asked last. */
export const ownWork = async (pbx: Obelisk): Promise<OwnWork> => JSON.parse(await pbx.x('own work')) as OwnWork;

/** Collects first. */
export const ownMemory = async (pbx: Obelisk): Promise<OwnWork> => JSON.parse(await pbx.x('own memory')) as OwnWork;

/** A process that does nothing but look, as the PBX does beside it. */
export class Control {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<Control> {
    const child = fork(join(__dirname, 'control.js'));
    await once(child, 'message');
    return new Control(child);
  }

  /** By how much its latest look was late, in milliseconds, since it was asked last. */
  async late(): Promise<number> {
    const answer = once(this.#child, 'message');
    this.#child.send('tell');
    return ((await answer) as [number])[0];
  }

  stop(): void {
    this.#child.kill();
  }
}
