/** Families over drivers in memory, mapped by a text of extconfig.conf. */
import assert from 'node:assert/strict';
import { TestClock } from '../../core/clock.js';
import { parseText } from '../../core/config/dialect.js';
import { type Engine, engineToken } from '../../core/config/engine.js';
import { readExtConfig } from '../../core/config/extconfig.js';
import { RealtimeFamilies } from '../../core/config/realtime.js';
import { traceOf } from '../../core/errors.js';
import { Events, type Fact } from '../../core/events.js';
import { Registry } from '../../core/registry.js';
import { MemoryEngine } from './memory-engine.js';
import { keptLog } from './wire.js';

export class RealtimeStage {
  readonly clock = new TestClock();
  readonly registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${traceOf(thrown)}`));
  readonly events = new Events((event, thrown) => assert.fail(`${event}: ${traceOf(thrown)}`));
  readonly #log = keptLog();
  readonly families = new RealtimeFamilies({
    registry: this.registry,
    clock: this.clock,
    events: this.events,
    log: this.#log.log,
  });
  /** What was told of families, `family` or `family/name`, since it was looked at last. */
  #told: string[] = [];

  constructor() {
    this.events.on('realtimeChanged', ({ family, name }: Fact<'realtimeChanged'>) => {
      this.#told.push(name === undefined ? family : `${family}/${name}`);
    });
  }

  static async of(settings: string): Promise<RealtimeStage> {
    const stage = new RealtimeStage();
    await stage.map(settings);
    return stage;
  }

  /** What was told since the last time. */
  told(): string[] {
    return this.#told.splice(0);
  }

  /** What was logged since the last time. */
  logged(): string[] {
    return this.#log.lines.splice(0);
  }

  async map(settings: string): Promise<void> {
    const { config, problems } = await parseText('extconfig.conf', `[settings]\n${settings}`);
    assert.deepEqual(problems, []);
    this.families.configure(readExtConfig(config));
  }

  /** The end of the start: from now on what is missing is missed. */
  boot(): void {
    this.events.emit('fullyBooted', { uptime: 1 });
  }

  /** A driver comes. @returns it and what takes it away */
  driver(name: string): { engine: MemoryEngine; leave: () => void } {
    const engine = new MemoryEngine(name);
    return { engine, leave: this.registry.provide<Engine>(`res_config_${name}`, engineToken(name), engine) };
  }
}
