/** The manager interface over real sockets, in a core whose clock a test moves. */
import { connect as connectSecure } from 'node:tls';
import { pbx } from '../../core/control.js';
import { type Actions, type ManagerAction, manager } from '../../core/manager.js';
import { sessionActions } from '../../modules/res_manager/actions/session.js';
import { ManagerServer } from '../../modules/res_manager/server.js';
import { CoreStage } from '../support/core-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';
import { passing, until } from '../support/passing.js';
import { ManagerClient } from './client.js';

export const GENERAL = '[general]\nenabled=yes\nport=0\nbindaddr=127.0.0.1\n';

export const ADMIN = '[admin]\nsecret=s3cret\nread=all\nwrite=all\n';

/** Actions that show what a call is given. */
const PROBES: readonly ManagerAction[] = [
  {
    name: 'Echo',
    privileges: [],
    summary: 'Give back what came',
    run: call => call.reply(call.headers.filter(([name]) => !/^Action(ID)?$/i.test(name))),
  },
  { name: 'Restart', privileges: ['system'], summary: 'Only for some', run: call => call.reply([['Message', 'Done']]) },
  {
    name: 'Break',
    privileges: [],
    summary: 'Throw',
    run() {
      throw new Error('broken');
    },
  },
];

export class ManagerStage {
  readonly clients: ManagerClient[] = [];

  private constructor(
    readonly stage: CoreStage,
    readonly server: ManagerServer,
  ) {}

  static async of(conf = GENERAL + ADMIN, files: Readonly<Record<string, string>> = {}): Promise<ManagerStage> {
    const stage = await CoreStage.of('res_manager', { ...(conf !== '' && { 'manager.conf': conf }), ...files });
    stage.registry.provide('core', pbx, new MemoryPbx(stage.clock.now()));
    stage.registry.provide<Actions>('core', manager, stage.actions);
    const server = await ManagerServer.start(stage.core);
    const { core } = stage;
    core.action(
      ...sessionActions({ server, log: core.log, security: event => core.emit('security', event) }),
      ...PROBES,
    );
    return new ManagerStage(stage, server);
  }

  get port(): number {
    return this.server.bound()[0]!.port;
  }

  client(): ManagerClient {
    const client = ManagerClient.to(this.port);
    this.clients.push(client);
    return client;
  }

  secureClient(): ManagerClient {
    const { port } = this.server.bound().find(({ secure }) => secure)!;
    const client = new ManagerClient(connectSecure({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    this.clients.push(client);
    return client;
  }

  /** One that has logged in. */
  async admin(...lines: readonly string[]): Promise<ManagerClient> {
    const client = this.client();
    await client.login('admin', 's3cret', ...lines);
    return client;
  }

  /** Resolves when the server sees it so. */
  seen(what: () => boolean): Promise<void> {
    return until(what);
  }

  /** Moves the time on, again and again, until something has come of it. */
  passing<T>(ms: number, work: Promise<T>): Promise<T> {
    return passing(this.stage.clock, ms, work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    await Promise.all(this.clients.map(({ closed }) => closed));
    await this.seen(() => this.server.sessions().length === 0);
    await this.stage.close();
  }
}
