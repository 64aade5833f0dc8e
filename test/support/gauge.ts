/** A module that tells what a running PBX holds: memory once nothing unused is left, handles, how late its loop was. */
import type { Obelisk } from './obelisk.js';

/** Its index.js. The collector is not to be had by a flag, as the PBX is started as everybody starts it. */
const TEXT = `const { defineModule } = require('#core');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { monitorEventLoopDelay } = require('node:perf_hooks');
module.exports = { default: defineModule({
  name: 'app_gauge',
  description: 'Tells what the process holds',
  loadModule(core) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    core.defer('gauge', () => delay.disable());
    core.command({
      syntax: 'gauge',
      summary: 'What the process holds',
      run({ out }) {
        const late = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
        collect();
        collect();
        delay.reset();
        const { heapUsed, heapTotal, rss, external, arrayBuffers } = process.memoryUsage();
        const handles = {};
        for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
        out.line(JSON.stringify({ heapUsed, heapTotal, rss, external, arrayBuffers, handles, late }));
      },
    });
  },
}) };
`;

export interface Gauge {
  /** Octets. */
  readonly heapUsed: number;
  /** What V8 holds for the heap of the main thread, used or not. */
  readonly heapTotal: number;
  readonly rss: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** How many there are of each kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** Milliseconds beyond those that were asked for, since it was read last. */
  readonly late: { readonly p99: number; readonly max: number };
}

/** Before the PBX starts. */
export const addGauge = (pbx: Obelisk): Promise<void> => pbx.module('app_gauge', TEXT);

export const readGauge = async (pbx: Obelisk): Promise<Gauge> => JSON.parse(await pbx.x('gauge')) as Gauge;
