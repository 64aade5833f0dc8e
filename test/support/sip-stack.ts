/** A running Sip on a free port of this machine, over the clock and the Core of a stage, which knows the names that a test says. */
import assert from 'node:assert/strict';
import { Sip } from '../../modules/chan_sip/sip.js';
import type { RecordSource } from '../../modules/chan_sip/transport/resolver/record.js';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { CoreStage } from './core-stage.js';
import { type Lookup, namesFrom } from './names.js';

export class SipStack {
  readonly stage: CoreStage;
  readonly sip: Sip;

  private constructor(stage: CoreStage, sip: Sip) {
    this.stage = stage;
    this.sip = sip;
  }

  /** `udpbindaddr` is put into the text, so that no test needs a fixed port. */
  static async of(
    sipConf: string,
    files: Readonly<Record<string, string>> = {},
    names: Lookup | RecordSource = async () => [],
  ): Promise<SipStack> {
    const stage = await CoreStage.of('chan_sip', { ...files, 'sip.conf': onFreePort(sipConf) });
    return new SipStack(stage, await Sip.start(stage.core, namesFrom(names, stage.clock)));
  }

  get local(): Endpoint {
    return this.sip.local!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { sip } = this;
    await sip.goodbye();
    const { transport, transactions } = sip;
    const left = {
      listeners: transport.size,
      connections: transport.connections().length,
      transactions: transactions.size,
    };
    assert.deepEqual(left, { listeners: 0, connections: 0, transactions: 0 }, 'something is left behind');
    await this.stage.close();
  }
}

export const onFreePort = (sipConf: string): string =>
  sipConf.replace('[general]', '[general]\nudpbindaddr=127.0.0.1:0\ntcpbindaddr=127.0.0.1:0\ntlsbindaddr=127.0.0.1:0');
