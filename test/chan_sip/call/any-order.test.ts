/** Calls through Dial whose messages come in any order, several of them in one turn of the event loop: nothing of them is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { LocalTechnology } from '../../../core/channel/local.js';
import { ToneZoneTable, toneZones } from '../../../core/channel/tone-zones.js';
import { sounds } from '../../../core/sounds.js';
import appDial from '../../../modules/app_dial/index.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { CallPhone, type Conversation, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { Chance } from '../../support/chance.js';
import { SharedLine } from '../../support/shared-line.js';

const PHONES = `[general]
tcpenable=yes
allowguest=no
[phone](!)
type=friend
host=dynamic
transport=tcp
context=internal
disallow=all
allow=ulaw
call-limit=5
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[1010](phone)
secret=pass1010
`;

const TARGETS = ['SIP/1009', 'SIP/1009&SIP/1010', 'Local/200@internal', 'Local/200@internal/n'];
const OPTIONS = ['', 'g', 'F', 'e', 'r', 'h', 'H', 'L(20000)'];

const planOf = (chance: Chance): string => `100, Dial(${chance.pick(TARGETS)},30,${chance.pick(OPTIONS)})
100, Dial(SIP/1010,10)
200, Dial(SIP/1009,25)
h, Wait(1)`;

/** One phone's part in one call. */
interface Part {
  readonly invite: Message | undefined;
  talk: Conversation | undefined;
  state: 'ringing' | 'up' | 'over';
}

/** An SDP that says something new. */
const another = (chance: Chance): string => SDP.replace('o=- 1 1', `o=- 1 ${2 + chance.below(99)}`);

/** What a phone may say of itself, by where it is in the call. */
const CALLED: Readonly<Record<string, (phone: CallPhone, part: Part, chance: Chance) => void>> = {
  rings: (phone, { invite }) => phone.answer(invite!, 180, 'Ringing'),
  'is heard': (phone, { invite }) => phone.answer(invite!, 183, 'Session Progress', { body: SDP }),
  answers: (phone, part) => answer(phone, part, SDP),
  'answers by what nobody speaks': (phone, part) => answer(phone, part, SDP.replace(/m=.*/, 'm=audio 4000 RTP/AVP 99')),
  'answers twice': (phone, part) => {
    answer(phone, part, SDP);
    phone.answer(part.invite!, 200, 'OK', { body: SDP, tag: 'other' });
  },
  refuses: (phone, part, chance) => {
    phone.answer(part.invite!, chance.pick([404, 486, 503, 603]), 'No');
    part.state = 'over';
  },
  'sends on': (phone, part, chance) => {
    phone.answer(part.invite!, 302, 'Moved', { headers: [`Contact: <sip:${chance.pick(['1010', '200', '9'])}@h>`] });
    part.state = 'over';
  },
};

const TALKING: typeof CALLED = {
  'hangs up': (phone, part) => {
    phone.within(part.talk!, 'BYE');
    part.state = 'over';
  },
  moves: (phone, part, chance) =>
    phone.within(part.talk!, 'INVITE', { body: another(chance), type: 'application/sdp' }),
  holds: (phone, part, chance) =>
    phone.within(part.talk!, 'INVITE', { body: `${another(chance)}a=sendonly\r\n`, type: 'application/sdp' }),
  presses: (phone, part) =>
    phone.within(part.talk!, 'INFO', { body: 'Signal=*\r\nDuration=100\r\n', type: 'application/dtmf-relay' }),
};

const CALLING: typeof CALLED = {
  waits: () => undefined,
  'gives up': (phone, part) => {
    phone.cancel();
    part.state = 'over';
  },
};

function answer(phone: CallPhone, part: Part, body: string): void {
  phone.answer(part.invite!, 200, 'OK', { body });
  part.talk = phone.calledIn(part.invite!);
  part.state = 'up';
}

/** A phone that does what chance says, and answers what it is asked. */
class Actor {
  readonly phone: CallPhone;
  readonly #chance: Chance;
  readonly #parts = new Map<string, Part>();
  #read: number;

  constructor(phone: CallPhone, chance: Chance) {
    this.phone = phone;
    this.#chance = chance;
    this.#read = phone.line.received.length;
  }

  calls(callId: string): void {
    this.#parts.set(callId, { invite: undefined, talk: undefined, state: 'ringing' });
  }

  /** Takes what has come. */
  hear(): void {
    const { received } = this.phone.line;
    for (; this.#read < received.length; this.#read++) {
      const message = this.phone.read(String(received[this.#read]));
      if (message.kind === 'response') this.#answered(message);
      else this.#asked(message);
    }
  }

  act(): void {
    const chance = this.#chance;
    const open = [...this.#parts.values()].filter(({ state }) => state !== 'over');
    if (open.length === 0) return;
    const part = chance.pick(open);
    const all = part.state === 'up' ? TALKING : part.invite ? CALLED : CALLING;
    all[chance.pick(Object.keys(all))]!(this.phone, part, chance);
  }

  #answered(message: Message): void {
    const part = this.#parts.get(message.callId);
    if (!part || message.method !== 'INVITE' || message.status < 200) return;
    const { phone } = this;
    if (message.status >= 300) {
      phone.acknowledge(message);
      if (!part.talk) part.state = 'over';
    } else if (this.#chance.happens(0.85)) {
      if (!part.talk && part.state === 'ringing') part.state = 'up';
      part.talk ??= phone.conversation(message);
      phone.request('ACK', part.talk.target, { ...part.talk, cseq: message.cseq.number });
    }
  }

  #asked(message: Message): void {
    const { phone } = this;
    const chance = this.#chance;
    const part = this.#parts.get(message.callId);
    if (message.method === 'ACK') return;
    if (!part && message.method === 'INVITE') {
      this.#parts.set(message.callId, { invite: message, talk: undefined, state: 'ringing' });
    } else if (message.method === 'INVITE') {
      const status = chance.pick([200, 200, 488, 491, 0]);
      if (status > 0) phone.answer(message, status, 'Said', status === 200 ? { body: another(chance) } : {});
    } else if (chance.happens(0.9)) {
      phone.answer(message, 200, 'OK');
      if (message.method === 'BYE' && part) part.state = 'over';
      if (message.method === 'CANCEL' && part?.state === 'ringing') {
        if (chance.happens(0.5)) answer(phone, part, SDP);
        else phone.answer(part.invite!, 487, 'Request Terminated');
      }
    }
  }
}

/** Lets what is under way between the ends come. */
async function settle(line: SharedLine, actors: readonly Actor[]): Promise<void> {
  line.flush();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  await setTimeout(1);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  line.give();
  for (const actor of actors) actor.hear();
  line.flush();
}

async function callOf(seed: number): Promise<void> {
  const chance = new Chance(seed);
  await using stack = await CallStack.of(PHONES, { internal: planOf(chance) });
  const { stage } = stack;
  stage.registry.provide('core', sounds, { find: async () => undefined, list: async () => [] });
  stage.registry.provide('core', toneZones, new ToneZoneTable());
  await appDial.loadModule(stage.core);
  const { channels } = stack;
  const { dialplan } = stage;
  const failed = (what: string, thrown: unknown): void => assert.fail(new Error(what, { cause: thrown }));
  const { contexts } = dialplan;
  stage.core.technology(
    new LocalTechnology({ channels, dialplan, contexts, media: () => undefined, emit: stage.core.emit, failed }),
  );
  const line = await SharedLine.open(stack.stack.sip.localOf('tcp')!);
  const phones = ['1008', '1009', '1010'].map(name =>
    CallPhone.over(line.of(name), stack.stack.local, name, `pass${name}`),
  );
  for (const phone of phones) await phone.register();
  const [caller, ...called] = phones;
  const actors = called.map(phone => new Actor(phone, chance));
  await caller!.call('100');
  const calling = new Actor(caller!, chance);
  calling.calls(caller!.lastCallId);
  actors.push(calling);
  line.waits = true;
  for (let step = 0; step < 14; step++) {
    await settle(line, actors);
    for (let count = chance.below(4); count > 0; count--) chance.pick(actors).act();
    if (chance.happens(0.3)) stack.clock.advance(chance.below(6000));
  }
  for (let round = 0; round < 6; round++) {
    for (const channel of stack.channels.values()) channel.requestHangup(16);
    await settle(line, actors);
    stack.clock.advance(20_000);
  }
  await settle(line, actors);
  assert.deepEqual([stack.channels.size, stack.channels.bridges().length], [0, 0]);
  assert.equal(stack.stack.sip.calls.usage.size, 0);
  await line.close();
}

test('whatever the order in which both ends of a call speak, nothing of it is left', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    await callOf(seed).catch((thrown: unknown) => assert.fail(new Error(`seed ${seed}`, { cause: thrown })));
  }
});
