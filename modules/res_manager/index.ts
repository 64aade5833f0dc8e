/** res_manager: the manager interface. Declares the module; what runs is a ManagerServer. */
import {
  astdb,
  ConfigEditor,
  channels,
  cli,
  configuration,
  contexts,
  defineModule,
  dialplan,
  loader,
  loggers,
  pbx,
  realtime,
  settings,
  token,
} from '#core';
import type { HttpServer } from '../http/token.js';
import { channelActions } from './actions/channels.js';
import { configActions } from './actions/config.js';
import { databaseActions } from './actions/database.js';
import { dialplanActions } from './actions/dialplan.js';
import { originateActions } from './actions/originate.js';
import { sessionActions } from './actions/session.js';
import { systemActions } from './actions/system.js';
import { variableActions } from './actions/variables.js';
import { commands } from './cli/commands.js';
import { managerConf } from './manager-conf.js';
import { ManagerServer } from './server.js';
import { WebManager } from './web/server.js';

interface Running {
  readonly server: ManagerServer;
  readonly web: WebManager;
}

const callRecords = token<unknown>('call records');
const httpServer = token<HttpServer>('http server');

export default defineModule<Running>({
  name: 'res_manager',
  description: 'Manager interface (AMI)',
  aliases: ['manager'],
  optional: ['http'],
  builtin: true,
  files: [managerConf],

  async loadModule(core) {
    const server = await ManagerServer.start(core);
    const files = core.use(configuration);
    const families = core.use(realtime);
    core.action(
      ...sessionActions({ server, log: core.log, security: event => core.emit('security', event) }),
      ...systemActions({
        core,
        clock: core.clock,
        cli: core.use(cli),
        actions: server.actions,
        pbx: core.use(pbx),
        channels: core.use(channels),
        loader: core.use(loader),
        loggers: core.use(loggers),
        settings: core.use(settings),
        has: () => ({
          realtime: families.mappings().some(({ families: mapped }) => mapped.length > 0),
          cdr: core.find(callRecords) !== undefined,
          http: (core.find(httpServer)?.bound().length ?? 0) > 0,
        }),
      }),
      ...configActions({
        configuration: files,
        editor: new ConfigEditor(files),
        loader: core.use(loader),
      }),
      ...databaseActions(core.use(astdb)),
      ...channelActions({ core, channels: core.use(channels), clock: core.clock, block: server.block }),
    );
    const parts = {
      ...{ channels: core.use(channels), dialplan: core.use(dialplan), contexts: core.use(contexts) },
      ...{ clock: core.clock, block: server.block, settings: core.use(settings) },
    };
    core.action(
      ...variableActions(parts),
      ...dialplanActions(parts),
      ...originateActions({
        ...parts,
        core,
        variablesOf: call => server.performer.sessionOf(call).user?.variables ?? [],
      }),
    );
    core.command(...commands({ server, loader: core.use(loader), name: core.name, now: () => core.clock.now() }));
    const web = new WebManager(core, server);
    core.defer('sessions over HTTP', () => web.close());
    core.watch(httpServer, http => {
      web.serveOver(http);
      return () => web.serveOver(undefined);
    });
    return { server, web };
  },
  async reloadModule(_core, { server, web }) {
    await server.reload();
    web.configure();
  },
});
