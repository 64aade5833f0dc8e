/** A dialplan of a test: the real engine over extensions that are texts and applications that the test brings. */
import assert from 'node:assert/strict';
import type { Channel } from '../../core/channel/channel.js';
import { TestClock } from '../../core/clock.js';
import { parseText } from '../../core/config/dialect.js';
import type { Application, DialplanFunction, Result } from '../../core/dialplan/application.js';
import { type DialplanEngine, type EngineParts, openDialplan } from '../../core/dialplan/engine.js';
import { traceOf } from '../../core/errors.js';
import { Events } from '../../core/events.js';
import { readSettings, type Settings } from '../../core/settings.js';
import { writeContext } from './dialplan-text.js';
import { testCalls } from './test-calls.js';
import { type TestChannel, testChannel } from './test-channel.js';
import { keptLog } from './wire.js';

/** An application as a test writes it. */
export const application = (
  name: string,
  run: (channel: Channel, data: string) => Result | Promise<Result>,
): Application => ({ name, synopsis: '', syntax: `${name}()`, run });

export const dialplanFunction = (
  name: string,
  parts: Pick<DialplanFunction, 'read' | 'write' | 'dangerous'>,
): DialplanFunction => ({ name, synopsis: '', syntax: `${name}()`, ...parts });

export class DialplanStage {
  readonly clock = new TestClock();
  readonly events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  readonly #log = keptLog();
  readonly calls = testCalls(this.clock, this.events, (what, thrown) => {
    this.#log.log.error(`${what}: ${traceOf(thrown)}`);
  });
  readonly engine: DialplanEngine;
  /** What ran, `extension@context:priority Application(data)`. */
  readonly ran: string[] = [];

  private constructor(settings: Settings) {
    const { calls, clock, events } = this;
    const { log } = this.#log;
    const emit: EngineParts['emit'] = (event, fact) => events.emit(event, fact);
    this.engine = openDialplan({ calls, clock, log, settings, emit }, 'core');
    this.events.on('applicationStarted', ({ channel, application: name, data }) => {
      // Who is called is said to run AppDial2, which is no application.
      if (data === '(Outgoing Line)') return;
      const { context, extension, priority } = channel.position;
      this.ran.push(`${extension}@${context}:${priority} ${name}(${data})`);
    });
  }

  /** `options`: lines of [options] in asterisk.conf. */
  static async of(contexts: Readonly<Record<string, string>>, options = ''): Promise<DialplanStage> {
    const { config } = await parseText('asterisk.conf', `[options]\n${options}\n`);
    const stage = new DialplanStage(readSettings(config, '/etc/asterisk.conf', 'host').settings);
    for (const [context, text] of Object.entries(contexts)) writeContext(stage.engine.contexts, context, text);
    return stage;
  }

  bring(...applications: Application[]): void {
    for (const each of applications) this.calls.applications.add('test', each);
  }

  bringFunctions(...functions: DialplanFunction[]): void {
    for (const each of functions) this.calls.functions.add('test', each);
  }

  get lines(): string[] {
    return this.#log.lines;
  }

  channel(at?: string): TestChannel {
    return testChannel(this.calls.channels, at);
  }
}
