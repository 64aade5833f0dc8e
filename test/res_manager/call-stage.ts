/** The manager interface with its actions of calls, two that call, and a dialplan. */
import type { DialplanFunction } from '../../core/dialplan/application.js';
import type { ManagerCall } from '../../core/manager.js';
import { settings } from '../../core/settings.js';
import { channelActions } from '../../modules/res_manager/actions/channels.js';
import { dialplanActions } from '../../modules/res_manager/actions/dialplan.js';
import { originateActions } from '../../modules/res_manager/actions/originate.js';
import { variableActions } from '../../modules/res_manager/actions/variables.js';
import { writeContext } from '../support/dialplan-text.js';
import { Paper } from '../support/paper.js';
import { type Fields, fieldOf, type ManagerClient } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

/** What a list came to. */
export interface List {
  readonly message: string;
  readonly entries: readonly Fields[];
  /** The name of its end, and how many it counts. */
  readonly end: string;
}

/** May all but what `system` is needed for. */
export const CLERK = ADMIN.replace('write=all', 'write=call,reporting,originate,agi');

export class CallStage {
  readonly paper: Paper;

  private constructor(
    readonly at: ManagerStage,
    readonly client: ManagerClient,
  ) {
    this.paper = new Paper(at.stage.calls.channels);
    at.stage.calls.channels.addTechnology('test', this.paper);
  }

  /** `user`: the section of who asks. */
  static async of(user = ADMIN, files: Readonly<Record<string, string>> = {}, general = ''): Promise<CallStage> {
    const at = await ManagerStage.of(`${GENERAL}${general}${user}`, files);
    const { core, calls, dialplan, registry } = at.stage;
    const { clock } = core;
    const { block } = at.server;
    const parts = {
      core,
      clock,
      block,
      channels: calls.channels,
      dialplan,
      contexts: dialplan.contexts,
      settings: registry.find(settings)!,
    };
    core.action(...channelActions(parts), ...variableActions(parts), ...dialplanActions(parts));
    const variablesOf = (call: ManagerCall) => at.server.performer.sessionOf(call).user?.variables ?? [];
    core.action(...originateActions({ ...parts, variablesOf }));
    return new CallStage(at, await at.admin('Events: off'));
  }

  get stage() {
    return this.at.stage;
  }

  get channels() {
    return this.stage.calls.channels;
  }

  /** `1008` at 100@internal and `1009` at priority 3 of 200@internal. */
  two() {
    const { paper } = this;
    return [paper.incoming('1008'), paper.incoming('1009', { extension: '200', priority: 3 })] as const;
  }

  write(context: string, text: string): void {
    writeContext(this.stage.dialplan.contexts, context, text);
  }

  functions(...functions: readonly DialplanFunction[]): void {
    for (const each of functions) this.stage.calls.functions.add('test', each);
  }

  /** The message that an action is answered with. */
  async message(action: string, ...lines: readonly string[]): Promise<string | undefined> {
    return fieldOf(await this.client.ask(action, ...lines), 'Message');
  }

  async list(action: string, ...lines: readonly string[]): Promise<List> {
    const { client } = this;
    const from = client.messages.length;
    const answer = await client.ask(action, ...lines);
    const message = fieldOf(answer, 'Message') ?? '';
    if (fieldOf(answer, 'EventList') !== 'start') return { message, entries: [], end: '' };
    const end = await client.until(() =>
      client.messages.slice(from).find(one => fieldOf(one, 'EventList') === 'Complete'),
    );
    const entries = client.messages.slice(from).filter(one => one[0]![0] === 'Event' && one !== end);
    return { message, entries, end: `${fieldOf(end, 'Event')} ${fieldOf(end, 'ListItems')}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of [...this.channels.values()]) channel.end();
    await this.at[Symbol.asyncDispose]();
  }
}
