/** The engine: hears of calls, makes records, gives them to backends. */
import { type Channel, type ConfigFile, type Core, FileMissing, formatProblem } from '#core';
import { Ledger } from './ledger.js';
import type { Csv, General } from './options.js';
import { Posting } from './posting.js';
import { type CdrConf, FILE, readCdrConf } from './read.js';
import type { CallRecords, CdrBackend } from './token.js';

export class Engine implements CallRecords {
  readonly ledger: Ledger;
  readonly posting: Posting;
  #conf: CdrConf;
  readonly #core: Core;

  private constructor(core: Core, conf: CdrConf) {
    this.#core = core;
    this.#conf = conf;
    const { clock, log, spawn } = core;
    this.posting = new Posting({
      ...{ clock, log, spawn },
      options: () => this.options,
      told: record => core.emit('callRecorded', { record }),
    });
    this.ledger = new Ledger({ clock, options: () => this.options, dispatch: records => this.posting.post(records) });
    this.#listen();
  }

  /** @throws LoadDeclined with everything that is wrong with cdr.conf */
  static async start(core: Core): Promise<Engine> {
    const engine = new Engine(core, await confOf(core));
    core.defer('call records that wait', () => engine.posting.close());
    return engine;
  }

  get options(): General {
    return this.#conf.general;
  }

  get csv(): Csv {
    return this.#conf.csv;
  }

  /** @throws LoadDeclined; what was in force stays */
  async reload(): Promise<void> {
    this.#conf = await confOf(this.#core);
  }

  addBackend(backend: CdrBackend): () => Promise<void> {
    return this.posting.add(backend);
  }

  reset(channel: Channel, variables: boolean): void {
    this.ledger.reset(channel, variables);
  }

  #listen(): void {
    const { ledger } = this;
    const core = this.#core;
    core.on('channelCreated', ({ channel }) => {
      if (!this.options.enable) return;
      ledger.created(channel);
      if (!this.options.channeldefaultenabled) ledger.disable(channel, true);
    });
    core.on('channelState', ({ channel }) => channel.isUp && ledger.up(channel));
    core.on('applicationStarted', ({ channel, application, data }) => ledger.runs(channel, application, data));
    core.on('dialBegan', ({ caller, callee }) => ledger.dialBegan(caller, callee));
    core.on('dialEnded', ({ caller, callee, status }) => ledger.dialEnded(caller, callee, status));
    core.on('bridgeEntered', ({ bridge, channel }) => {
      const other = bridge.other(channel);
      if (other) ledger.bridged(other, channel);
    });
    core.on('bridgeLeft', ({ channel }) => ledger.parted(channel));
    core.on('channelEnded', ({ channel }) => ledger.ended(channel));
  }
}

async function confOf(core: Core): Promise<CdrConf> {
  const conf = readCdrConf(await fileOf(core));
  for (const warning of conf.warnings) core.log.warning(formatProblem(warning));
  return conf;
}

async function fileOf(core: Core): Promise<ConfigFile | undefined> {
  try {
    return await core.config(FILE);
  } catch (thrown) {
    if (thrown instanceof FileMissing) return undefined;
    throw thrown;
  }
}
