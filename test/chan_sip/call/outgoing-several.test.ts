/** Calls to an account with several contacts, and how many calls an account may have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { dial, PHONES, registered } from './outgoing-stage.js';

test('every contact of an account rings; the first answer cancels the others, which are told that', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phones = [await registered(stack, '1009'), await registered(stack, '1009')];
  const { channel, events } = await dial(stack, '1009');
  const invites = [await phones[0]!.expect('INVITE'), await phones[1]!.expect('INVITE')];
  assert.notEqual(invites[0]!.callId, invites[1]!.callId);
  for (const [at, phone] of phones.entries()) phone.answer(invites[at]!, 180, 'Ringing');
  await stack.until(() => channel.state === 'Ringing');
  await stack.turns();
  phones[1]!.answer(invites[1]!, 200, 'OK', { body: SDP });
  await phones[1]!.expect('ACK');
  const cancel = await phones[0]!.expect('CANCEL');
  assert.match(cancel.header('Reason')!, /Call completed elsewhere/);
  phones[0]!.answer(cancel, 200, 'OK');
  phones[0]!.answer(invites[0]!, 487, 'Request Terminated');
  await phones[0]!.expect('ACK');
  assert.deepEqual(events, ['ringing', 'answered']);
  channel.end();
  phones[1]!.answer(await phones[1]!.expect('BYE'), 200, 'OK');
});

test('when one contact refuses, the others go on; when all do, the cause that says most counts', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phones = [await registered(stack, '1009'), await registered(stack, '1009')];
  const { channel, events } = await dial(stack, '1009');
  phones[0]!.answer(await phones[0]!.expect('INVITE'), 486, 'Busy Here');
  await phones[0]!.expect('ACK');
  assert.deepEqual(events, []);
  phones[1]!.answer(await phones[1]!.expect('INVITE'), 404, 'Not Found');
  await phones[1]!.expect('ACK');
  assert.deepEqual(events, ['hangup 17']);
  channel.end();
});

test('a device at its call-limit is not called, with cause 17, and its state says so all along', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const state = () => stack.channels.deviceState('SIP/limited');
  assert.equal(state(), 'UNAVAILABLE');
  const phone = await registered(stack, 'limited');
  assert.equal(state(), 'NOT_INUSE');
  const first = await dial(stack, 'limited');
  const invite = await phone.expect('INVITE');
  assert.equal(state(), 'RINGING');
  const second = await dial(stack, 'limited');
  assert.deepEqual([second.events, second.channel.refusal], [['hangup 17'], 'uncalled']);
  second.channel.end();
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  assert.equal(state(), 'BUSY');
  first.channel.end();
  assert.equal(state(), 'NOT_INUSE');
  phone.answer(await phone.expect('BYE'), 200, 'OK');
  assert.equal(stack.channels.deviceState('SIP/nobody'), 'INVALID');
});
