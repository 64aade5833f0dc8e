/** A running Sip with a dialplan and media that only record: what calls need. */
import { setImmediate } from 'node:timers/promises';
import { Channel } from '../../core/channel/channel.js';
import { token } from '../../core/registry.js';
import type { Message } from '../../modules/chan_sip/message/message.js';
import type { RecordSource } from '../../modules/chan_sip/transport/resolver/record.js';
import type { RtpEngine } from '../../modules/res_rtp/token.js';
import { CallPhone } from './call-phone.js';
import type { CoreStage } from './core-stage.js';
import { application } from './dialplan-stage.js';
import { writeContext } from './dialplan-text.js';
import { RtpRecorder } from './rtp-recorder.js';
import { SipStack } from './sip-stack.js';
import { PATIENCE } from './udp-phone.js';

/** Turns of the event loop after which nothing more is expected to happen by itself. */
const TURNS = 20;

export class CallStack {
  readonly stack: SipStack;
  readonly rtp: RtpRecorder;
  readonly #phones: CallPhone[] = [];
  readonly #undo: () => unknown;

  private constructor(stack: SipStack, rtp: RtpRecorder, undo: () => unknown) {
    this.stack = stack;
    this.rtp = rtp;
    this.#undo = undo;
  }

  /** `contexts`: lines `extension, Application(data)`. Applications of tests: Answer, Wait, Busy, Congestion, Hangup, Ringing, Progress. */
  static async of(
    sipConf: string,
    contexts: Readonly<Record<string, string>>,
    { asterisk, names }: { readonly asterisk?: string; readonly names?: RecordSource } = {},
  ): Promise<CallStack> {
    const stack = await SipStack.of(sipConf, asterisk === undefined ? {} : { 'asterisk.conf': asterisk }, names);
    const { stage } = stack;
    const { calls, registry, dialplan } = stage;
    for (const [context, text] of Object.entries(contexts)) writeContext(dialplan.contexts, context, text);
    for (const one of APPLICATIONS) calls.applications.add('test', one);
    const rtp = new RtpRecorder();
    return new CallStack(stack, rtp, registry.provide('res_rtp', token<RtpEngine>('rtp engine'), rtp));
  }

  get stage(): CoreStage {
    return this.stack.stage;
  }

  get clock() {
    return this.stage.clock;
  }

  get channels() {
    return this.stage.calls.channels;
  }

  /** The only channel there is. @throws when there are more, or none */
  get channel(): Channel {
    const [first, ...more] = this.channels.values();
    if (!first || more.length > 0) throw new Error(`${more.length + (first ? 1 : 0)} channels`);
    return first;
  }

  async phone(name: string, secret = `pass${name}`): Promise<CallPhone> {
    const phone = await CallPhone.open(this.stack.local, name, secret);
    this.#phones.push(phone);
    return phone;
  }

  /** Calls a phone of this name, which registers first. The test owns the channel. */
  async dial(name: string): Promise<{ phone: CallPhone; channel: Channel; invite: Message }> {
    const phone = await this.phone(name);
    await phone.register();
    const channel = await this.channels.request(`SIP/${name}`, {});
    if (!(channel instanceof Channel)) throw new Error(`no channel: ${channel.cause}`);
    channel.leg.call();
    return { phone, channel, invite: await phone.expect('INVITE') };
  }

  /** Lets everything happen that happens without time passing or a message coming. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  }

  /** Waits until something is so. @throws when it is not for long */
  async until(so: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!so()) {
      if (performance.now() > end) throw new Error(`not so: ${so}`);
      await setImmediate();
    }
  }

  /** Ends what is left as time ends it, and checks that nothing remains of any call. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.turns();
    this.clock.advance(200_000);
    await this.turns();
    const { channels } = this;
    for (const phone of this.#phones) await phone.close();
    if (channels.size > 0) throw new Error(`channels are left: ${[...channels.values()].map(({ name }) => name)}`);
    for (const session of this.rtp.sessions) if (session.closed !== 1) throw new Error('a port of media is left');
    if (this.stack.sip.calls.size > 0) throw new Error('a call is left');
    await this.stack[Symbol.asyncDispose]();
    this.#undo();
  }
}

const APPLICATIONS = [
  application('Answer', channel => void channel.answer()),
  application('Ringing', channel => void channel.indicate('ringing')),
  application('Progress', channel => void channel.indicate('progress')),
  application(
    'Wait',
    async (channel, data) => void (await channel.wait(data === '' ? undefined : Number(data) * 1000)),
  ),
  application('Hangup', (channel, data) => {
    if (data !== '') channel.hangupCause = Number(data);
    return 'hangup' as const;
  }),
  application('Busy', async channel => {
    channel.indicate('busy');
    await channel.wait(1000);
    return 'hangup' as const;
  }),
  application('Congestion', async channel => {
    channel.indicate('congestion');
    await channel.wait(1000);
    return 'hangup' as const;
  }),
];
