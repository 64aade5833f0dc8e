/** Applications in a test: their modules over a dialplan that is text, channels of paper, sounds that are names. */
import assert from 'node:assert/strict';
import type { Channel } from '../../core/channel/channel.js';
import { ToneZoneTable, toneZones } from '../../core/channel/tone-zones.js';
import type { DialplanEngine } from '../../core/dialplan/engine.js';
import type { Core } from '../../core/module.js';
import { sounds } from '../../core/sounds.js';
import { CoreStage } from './core-stage.js';
import { writeContext } from './dialplan-text.js';
import { Paper, PaperLeg, toldOf } from './paper.js';
import { PaperMedia } from './paper-media.js';

/** What the stage asks of a module. */
interface Loadable {
  readonly name: string;
  loadModule(core: Core): unknown;
}

export class ApplicationStage {
  readonly stage: CoreStage;
  readonly engine: DialplanEngine;
  readonly paper: Paper;
  /** Sounds that are not there. */
  readonly missing = new Set<string>();
  /** What ran, `Application(data)`. */
  readonly ran: string[] = [];

  private constructor(stage: CoreStage) {
    this.stage = stage;
    const { calls, events } = stage;
    this.engine = stage.dialplan;
    this.paper = new Paper(calls.channels);
    calls.channels.addTechnology('test', this.paper);
    events.on('applicationStarted', ({ application, data }) => void this.ran.push(`${application}(${data})`));
    stage.registry.provide('core', sounds, {
      find: async (name, language) => (this.missing.has(name) ? undefined : `${language}/${name}`),
      list: async () => [],
    });
    stage.registry.provide('core', toneZones, new ToneZoneTable());
  }

  /** Contexts as writeContext() takes them. */
  static async of(
    modules: readonly Loadable[],
    contexts: Readonly<Record<string, string>> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<ApplicationStage> {
    const stage = new ApplicationStage(await CoreStage.of(modules.at(-1)!.name, files));
    for (const [context, text] of Object.entries(contexts)) writeContext(stage.engine.contexts, context, text);
    for (const module of modules) await module.loadModule(stage.stage.core);
    return stage;
  }

  get clock() {
    return this.stage.clock;
  }

  get lines(): string[] {
    return this.stage.lines;
  }

  /** Somebody calls, at priority 1 of `extension@context`. `up`: they are answered. */
  caller(at = '100@in', { up = true, device = 'alice' } = {}): Channel {
    const [extension = '', context = ''] = at.split('@');
    const channel = this.paper.incoming(device, { context, extension, priority: 1 });
    if (channel.leg instanceof PaperLeg) channel.leg.media = new PaperMedia(this.clock);
    if (up) channel.answer();
    return channel;
  }

  /** The last that was asked for, with media. */
  callee(): Channel {
    const channel = this.paper.requested.at(-1) ?? assert.fail('nobody is called');
    if (channel.leg instanceof PaperLeg) channel.leg.media ??= new PaperMedia(this.clock);
    return channel;
  }

  /** Lets all that can go on do so. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    await this.settled();
    this.clock.advance(ms);
    await this.settled();
  }

  /** The caller presses keys, one after the other. */
  async press(channel: Channel, digits: string): Promise<void> {
    await this.settled();
    for (const digit of digits) {
      channel.digitBegan(digit);
      channel.digitEnded(digit, 100);
      await this.settled();
    }
  }

  /** Runs it through the dialplan, to the end if time is all that it needs. */
  async ended(channel: Channel, run = this.engine.run(channel)): Promise<void> {
    let over = false;
    void run.then(() => {
      over = true;
    });
    for (let turn = 0; !over && turn < 500; turn++) {
      await this.settled();
      if (!over && this.clock.pending > 0) this.clock.advance(500);
    }
    assert.ok(over, `${channel.name} is still at ${JSON.stringify(channel.position)}`);
  }

  async close(): Promise<void> {
    await this.settled();
    await this.stage.close();
  }
}

/** What the media of a channel of paper was told. */
export const heardBy = (channel: Channel): readonly string[] =>
  channel.leg.media instanceof PaperMedia
    ? channel.leg.media.told
    : assert.fail(`${channel.name} has no media of paper`);

/** From now on its far end is told nothing by signalling. */
export function deafen({ leg }: Channel): void {
  if (leg instanceof PaperLeg) leg.signals = false;
}

export { toldOf };
