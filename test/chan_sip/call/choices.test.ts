/** What the file decides of a call: whether digits may be missing, which context a domain leads to, which causes are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { CallStack } from '../../support/call-stack.js';

const phones = (general: string, device: string): string => `[general]
allowguest=no
${general}
[1008]
type=friend
host=dynamic
secret=pass1008
disallow=all
allow=ulaw
${device}
`;

const line = ({ status, reason }: Message): string => `${status} ${reason}`;

const OVERLAP: [option: string, whole: string, indicated: string | undefined][] = [
  ['yes', '484 Address Incomplete', '484 Address Incomplete'],
  ['no', '404 Not Found', '404 Not Found'],
  ['dtmf', '404 Not Found', undefined],
];

for (const [option, whole, indicated] of OVERLAP) {
  test(`allowoverlap=${option}: the beginning of an extension gets ${whole}`, async () => {
    await using stack = await CallStack.of(phones('context=internal', `allowoverlap=${option}`), {
      internal: '70012, Answer()',
    });
    const phone = await stack.phone('1008');
    const refused = await phone.call('700');
    assert.equal(line(refused), whole);
    phone.acknowledge(refused);
    assert.equal(stack.channels.size, 0);
  });

  test(`allowoverlap=${option}: an extension that finds itself incomplete gives ${indicated ?? 'nothing, and keys may come'}`, async () => {
    await using stack = await CallStack.of(phones('context=internal', `allowoverlap=${option}`), {
      internal: '600, Wait()',
    });
    const phone = await stack.phone('1008');
    await phone.call('600');
    await stack.turns();
    assert.equal(stack.channel.indicate('incomplete'), true);
    if (indicated === undefined) {
      await stack.turns();
      assert.equal(stack.channel.hangingUp, false);
      await phone.giveUp();
      return;
    }
    const refused = await phone.next();
    assert.equal(line(refused), indicated);
    phone.acknowledge(refused);
  });
}

const CONTEXTS: [what: string, general: string, device: string, host: string | undefined, context: string][] = [
  ['the domain that is called', 'domain=sales.example,sales', '', 'sales.example', 'sales'],
  ['whatever its case', 'domain=sales.example,sales', '', 'SALES.example', 'sales'],
  ['a domain without one', 'domain=sales.example', '', 'sales.example', 'other'],
  ['another domain', 'domain=sales.example,sales', '', 'else.example', 'other'],
  ['an address', 'domain=sales.example,sales', '', undefined, 'other'],
  ['a context of the device goes first', 'domain=sales.example,sales', 'context=own', 'sales.example', 'own'],
  ['even if it is that of [general]', 'domain=sales.example,sales', 'context=other', 'sales.example', 'other'],
];

for (const [what, general, device, host, context] of CONTEXTS) {
  test(`context by domain: ${what} (${context})`, async () => {
    const plan = Object.fromEntries(
      ['sales', 'other', 'own'].map(name => [name, `${name}, Answer()\n${name}, Wait()\n600, Wait()`]),
    );
    // To names a domain of ours, as it must where there are any.
    const more = host === 'sales.example' || host === 'SALES.example' ? '' : `domain=${host ?? '127.0.0.1'}\n`;
    await using stack = await CallStack.of(phones(`context=other\n${more}${general}`, device), plan);
    const phone = await stack.phone('1008');
    await phone.call('600', host === undefined ? {} : { uri: `sip:600@${host}` });
    await stack.turns();
    assert.deepEqual(
      [stack.channel.position.context, stack.channel.variables.get('SIPDOMAIN')],
      [context, host ?? '127.0.0.1'],
    );
    await phone.giveUp();
  });
}

const Q850: [use: boolean, extension: string, status: number, reason: string | undefined][] = [
  [true, '603', 486, 'Q.850;cause=17'],
  [true, '607', 480, 'Q.850;cause=20'],
  [false, '607', 480, undefined],
  [true, '608', 503, 'Q.850;cause=34'],
];

const REFUSING = {
  internal:
    '603, Busy()\n607, Hangup(20)\n608, Congestion()\n600, Answer()\n600, Hangup(31)\n601, Answer()\n601, Wait()',
};

for (const [use, extension, status, reason] of Q850) {
  test(`use_q850_reason=${use ? 'yes' : 'no'}: ${status} with Reason: ${reason}`, async () => {
    await using stack = await CallStack.of(
      phones('context=internal', `use_q850_reason=${use ? 'yes' : 'no'}`),
      REFUSING,
    );
    const phone = await stack.phone('1008');
    await phone.call(extension);
    const refused = await phone.expect(`${status} INVITE`);
    assert.equal(refused.header('Reason'), reason);
    phone.acknowledge(refused);
  });
}

for (const use of [true, false]) {
  test(`use_q850_reason=${use ? 'yes' : 'no'}: a BYE of ours and of theirs`, async () => {
    await using stack = await CallStack.of(
      phones('context=internal', `use_q850_reason=${use ? 'yes' : 'no'}`),
      REFUSING,
    );
    const phone = await stack.phone('1008');
    await phone.call('600');
    phone.acknowledge(await phone.expect('200 INVITE'));
    const bye = await phone.expect('BYE');
    assert.equal(bye.header('Reason'), use ? 'Q.850;cause=31' : undefined);
    phone.answer(bye, 200, 'OK');
    await phone.call('601');
    const talk = phone.acknowledge(await phone.expect('200 INVITE'));
    const { channel } = stack;
    phone.within(talk, 'BYE', { headers: ['Reason: SIP;cause=200', 'Reason: Q.850 ; cause=19;text="x"'] });
    await phone.expect('200 BYE');
    assert.equal(channel.hangupCause, use ? 19 : 16);
  });

  test(`use_q850_reason=${use ? 'yes' : 'no'}: a refusal of a call of ours`, async () => {
    await using stack = await CallStack.of(
      phones('context=internal', `use_q850_reason=${use ? 'yes' : 'no'}`),
      REFUSING,
    );
    const { phone, channel, invite } = await stack.dial('1008');
    phone.answer(invite, 480, 'Temporarily Unavailable', { headers: ['Reason: Q.850;cause=3'] });
    await phone.expect('ACK');
    assert.equal(channel.hangupCause, use ? 3 : 19);
    channel.end();
  });
}
