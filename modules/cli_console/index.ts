/** cli_console: the control socket, on which `obelisk -r` and `-x` work. Declares the module; what runs is a ControlServer. */
import { hostname } from 'node:os';
import {
  type Command,
  type Console,
  cli,
  defineModule,
  formatGreeting,
  LoopDelay,
  loggers,
  pbx,
  settings,
  type TableShape,
  views,
  yesOrNo,
} from '#core';
import { ControlServer, MOST_CLIENTS } from './server.js';
import { Summaries } from './summaries.js';

const consoles: TableShape<Console> = {
  layout: '%-8s %-8s %-8s',
  columns: [
    { title: 'Verbose', key: 'verbosity', value: ({ verbosity }) => verbosity },
    { title: 'Muted', key: 'muted', value: ({ muted }) => yesOrNo(muted) },
    { title: 'Width', key: 'width', value: ({ width }) => width ?? '-' },
  ],
};

const commands = (server: ControlServer): Command[] => [
  {
    syntax: 'logger mute [silent]',
    summary: 'Keep the log away from this console, or let it come again',
    help: "'silent' says nothing of it.",
    run({ console, chosen, out }) {
      console.muted = !console.muted;
      if (!chosen.has('silent')) out.line(console.muted ? 'The log is kept away.' : 'The log comes again.');
    },
  },
  {
    syntax: 'core show consoles',
    summary: 'Show the clients of the control socket',
    run({ out }) {
      out.table(consoles, server.rows());
      out.line(`${server.clients} of at most ${MOST_CLIENTS} consoles connected, ${server.refused} turned away`);
    },
  },
];

export default defineModule({
  name: 'cli_console',
  description: 'Control socket and remote consoles',
  builtin: true,

  async loadModule(core) {
    const log = core.use(loggers);
    const set = core.use(settings);
    const control = core.use(pbx);
    const server = await ControlServer.open({
      cli: core.use(cli),
      views: core.use(views),
      summaries: new Summaries(core.clock),
      pbx: control,
      systemname: set.systemname,
      pid: process.pid,
      openDelay: () => new LoopDelay(),
      log: core.log,
      sched: core.sched,
      clock: core.clock,
      debugs: () => [['', log.debugLevel()], ...log.debugs()],
      attach: sink => log.attach(sink),
      socket: set.controlSocket,
      greeting: formatGreeting({ host: hostname(), pid: process.pid, version: control.version }),
    });
    core.defer('control socket', () => server.close());
    core.command(...commands(server));
    return server;
  },
});
