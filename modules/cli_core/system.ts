/** Commands that say what runs here, since when, and whether it is up. */
import { machine, type } from 'node:os';
import { type Clock, type Command, CommandError, duration, type LoopDelay, type PbxControl } from '#core';

export const systemCommands = (pbx: PbxControl, clock: Clock, delay: Pick<LoopDelay, 'take'>): Command[] => [
  {
    syntax: 'core show version',
    summary: 'Show the version and what it runs on',
    run: ({ out }) =>
      out.line(`Obelisk ${pbx.version} on a ${machine()} running ${type()} with Node.js ${process.versions.node}`),
  },
  {
    syntax: 'core show uptime [seconds]',
    summary: 'Show how long the PBX has been up, and how long ago everything was reloaded',
    help: "With 'seconds', as plain numbers.",
    run({ chosen, out }) {
      const since = (then: number): string => {
        const seconds = Math.max(0, Math.floor((clock.now() - then) / 1000));
        return chosen.has('seconds') ? String(seconds) : duration(seconds);
      };
      out.fields('%s: %s', [
        ['System uptime', since(pbx.startedAt), 'uptime'],
        ['Last reload', since(pbx.lastReloadAt), 'sinceReload'],
      ]);
    },
  },
  {
    syntax: 'core show delay',
    summary: 'Show how late the event loop was since this was last asked',
    help: 'Everything is served by one loop: by so much each phone waits longer. Something holds it up when it is often above 100 ms.',
    run({ out }) {
      const { mean, p99, most } = delay.take();
      out.fields('%s: %.1f ms', [
        ['Mean', mean, 'mean'],
        ['99 of 100 below', p99, 'p99'],
        ['Most', most, 'most'],
      ]);
    },
  },
  {
    syntax: 'core waitfullybooted',
    summary: 'Wait until every module of the start is up',
    async run({ out }) {
      await pbx.booted;
      out.line('Obelisk has fully booted.');
    },
  },
  {
    syntax: 'core reload',
    summary: 'Read the configuration of everything again',
    help: 'A file with a mistake changes nothing: the old values stay, and the mistakes are named.',
    async run() {
      const { result, why } = await pbx.reload('cli');
      if (result === 'in progress') throw new CommandError('Another reload is under way, try again after it.', true);
      if (why !== undefined) throw new CommandError(why, true);
    },
  },
];
