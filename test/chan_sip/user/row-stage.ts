/** The user layer over a database in memory: rows as a test writes them, registrations on their way to them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseText } from '../../../core/config/dialect.js';
import { type Engine, engineToken } from '../../../core/config/engine.js';
import { readExtConfig } from '../../../core/config/extconfig.js';
import { CoreStage } from '../../support/core-stage.js';
import { MemoryEngine } from '../../support/memory-engine.js';
import { type Ask, type Heard, type Login, SiteStage } from './site-stage.js';

export type Columns = Record<string, string | null>;

/** As a table of the original's has it, nothing registered. */
export const phone = (name: string, more: Columns = {}): Columns => ({
  id: '1',
  name,
  ipaddr: null,
  port: null,
  regseconds: null,
  defaultuser: null,
  fullcontact: null,
  regserver: null,
  useragent: null,
  lastms: null,
  host: 'dynamic',
  type: 'friend',
  context: 'internal',
  secret: `pass${name}`,
  insecure: null,
  callbackextension: null,
  ...more,
});

export interface Arrangement {
  readonly general?: string;
  /** Sections of sip.conf. */
  readonly devices?: string;
  readonly rows?: readonly Columns[];
  /** Rows of sipregs; undefined: it is not mapped. */
  readonly regs?: readonly Columns[];
  readonly options?: string;
  /** Where another life left its journal. */
  readonly directory?: string;
  /** Milliseconds that have gone by since. */
  readonly late?: number;
}

/** Rounds of the event loop after which what was to be written counts as lost. */
const PATIENCE = 5000;

export class RowStage {
  readonly site: SiteStage;
  readonly engine: MemoryEngine;
  readonly directory: string;

  private constructor(site: SiteStage, engine: MemoryEngine, directory: string) {
    this.site = site;
    this.engine = engine;
    this.directory = directory;
  }

  static async of(arrangement: Arrangement = {}): Promise<RowStage> {
    const { general = '', devices = '', rows = [phone('3001')], regs, options = '' } = arrangement;
    const directory = arrangement.directory ?? (await mkdtemp(join(tmpdir(), 'obelisk-rows-')));
    const stage = await CoreStage.of('chan_sip', {
      'asterisk.conf': `[directories]\nastdbdir => ${directory}\n[options]\n${options}`,
      'sip.conf': `[general]\n${general}\n${devices}`,
    });
    const engine = new MemoryEngine('mem');
    engine.tables.set('db/sippeers', [...rows]);
    if (regs) engine.tables.set('db/sipregs', [...regs]);
    stage.registry.provide<Engine>('res_config_mem', engineToken('mem'), engine);
    const self = new RowStage(await RowStage.#mapped(stage, regs !== undefined), engine, directory);
    stage.clock.advance(arrangement.late ?? 0);
    await self.site.user.open();
    await stage.settled();
    engine.asked.length = 0;
    return self;
  }

  static async #mapped(stage: CoreStage, split: boolean): Promise<SiteStage> {
    await map(stage, `sippeers => mem,db\n${split ? 'sipregs => mem,db\n' : ''}`);
    return SiteStage.on(stage);
  }

  /** Takes other lines of extconfig.conf. */
  async map(settings: string): Promise<void> {
    await map(this.site.stage, settings);
    await this.site.stage.settled();
  }

  get peers() {
    return this.site.peers;
  }

  get clock() {
    return this.site.clock;
  }

  /** Log lines since the last time. */
  logged(): string[] {
    return this.site.stage.lines.splice(0);
  }

  row(name: string, table = 'sippeers'): Columns | undefined {
    return this.engine.tables.get(`db/${table}`)?.find(row => row['name'] === name);
  }

  /** What was asked since the last time, without what is asked for writing. */
  asked(): string[] {
    return this.engine.asked.splice(0).filter(verb => !verb.startsWith('update'));
  }

  /** The answers to a text, once what it needs was looked up. */
  async hear(text: string, source?: Ask['source']): Promise<Heard[]> {
    const before = this.site.sent(source).length;
    this.site.receive(text, source);
    await this.site.stage.settled();
    return this.site.sent(source).slice(before);
  }

  /** The answer to a request; undefined when there is none. */
  async ask(ask: Ask = {}): Promise<Heard | undefined> {
    const answers = await this.hear(this.site.request(ask), ask.source);
    assert.ok(answers.length <= 1, answers.map(({ line }) => line).join(', '));
    return answers[0];
  }

  /** Asks, and answers the challenge if there is one. @returns the last answer */
  async login(ask: Ask = {}, login: Login = {}): Promise<Heard | undefined> {
    const first = await this.ask({ user: '3001', ...ask });
    if (first?.status !== 401) return first;
    return this.ask(this.site.answered(first, { user: '3001', ...ask }, login));
  }

  /** Waits until all that waits is written. */
  async written(): Promise<void> {
    for (let round = 0; round < PATIENCE; round++) {
      const queues = this.site.stage.status.rows().get('Queues') ?? [];
      if (queues.every(({ queued }) => queued === 0)) return;
      this.clock.advance(50);
      await setImmediate();
    }
    assert.fail('what waits is not written');
  }

  /** Ends, and leaves the directory for another life. */
  async end(): Promise<void> {
    const ending = this.site.user.end();
    for (let done = false; !done; ) {
      done = await Promise.race([ending.then(() => true), setImmediate(false)]);
      if (!done) this.clock.advance(100);
    }
    await this.site.close();
  }

  async close(): Promise<void> {
    await this.end();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function map(stage: CoreStage, settings: string): Promise<void> {
  const { config, problems } = await parseText('extconfig.conf', `[settings]\n${settings}`);
  assert.deepEqual(problems, []);
  stage.families.configure(readExtConfig(config));
}
