/** Dial itself, with phones of paper. */
import assert from 'node:assert/strict';
import type { Channel } from '../../core/channel/channel.js';
import { Prompts } from '../../core/channel/prompts.js';
import { ToneZoneTable } from '../../core/channel/tone-zones.js';
import type { Result } from '../../core/dialplan/application.js';
import { dial } from '../../modules/app_dial/dial.js';
import type { Tools } from '../../modules/app_dial/tools.js';
import { CoreStage } from '../support/core-stage.js';
import { Paper } from '../support/paper.js';

/** What became of a Dial that goes on in the background. */
export interface Dialling {
  readonly ended: Promise<Result>;
  readonly caller: Channel;
}

export class DialStage {
  readonly paper: Paper;
  readonly tools: Tools;

  private constructor(readonly core: CoreStage) {
    const { channels } = core.calls;
    this.paper = new Paper(channels);
    core.core.technology(this.paper);
    const noSounds = { find: async () => undefined, list: async () => [] };
    this.tools = {
      ...{ core: core.core, channels, dialplan: core.dialplan, astdb: core.astdb },
      ...{ sounds: noSounds, prompts: new Prompts(noSounds, core.core.log), zones: new ToneZoneTable() },
      introductions: '/var/lib/asterisk/sounds/priv-callerintros',
    };
  }

  static async of(): Promise<DialStage> {
    return new DialStage(await CoreStage.of('app_dial', {}));
  }

  /** A priority of the dialplan. */
  extension(extension: string, priority: number, application: string, data = '', context = 'internal'): void {
    this.core.dialplan.addExtension({ context, extension, priority, application, data, registrar: 'test' });
  }

  dial(data: string, caller = this.paper.incoming('1008', { extension: '1009' })): Dialling {
    return { ended: dial(this.tools, caller, data), caller };
  }

  /** Lets go on what waits for nothing but its turn. */
  async turn(): Promise<void> {
    for (let count = 0; count < 20; count++) await new Promise(resolve => setImmediate(resolve));
  }

  /** Those that ring, once they do. */
  async ringing(count: number): Promise<Channel[]> {
    await this.turn();
    assert.equal(this.paper.requested.length, count);
    return this.paper.requested;
  }

  async close(...channels: Channel[]): Promise<void> {
    for (const channel of channels) channel.end(16);
    await this.turn();
    assert.equal(this.core.calls.channels.size, 0);
    assert.deepEqual(this.core.calls.channels.bridges(), []);
    await this.core.close();
  }
}

export const status = (channel: Channel): string | undefined => channel.variables.get('DIALSTATUS');
