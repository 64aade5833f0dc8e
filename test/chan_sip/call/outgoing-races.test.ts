/** Calls to phones that end while something is under way: CANCEL against 200, forks, late answers, BYE against BYE. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialog } from '../../../modules/chan_sip/dialog/dialog.js';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { dial, PHONES, registered } from './outgoing-stage.js';

test('CANCEL waits for the first answer, and goes the way of its INVITE', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  channel.end(26);
  await stack.turns();
  phone.answer(invite, 180, 'Ringing');
  const cancel = await phone.expect('CANCEL');
  assert.deepEqual(
    [cancel.via.branch, cancel.uri, cancel.header('CSeq'), cancel.header('Reason')],
    [invite.via.branch, invite.uri, '102 CANCEL', 'SIP;cause=200;text="Call completed elsewhere"'],
  );
  phone.answer(cancel, 200, 'OK');
  phone.answer(invite, 487, 'Request Terminated');
  await phone.expect('ACK');
});

test('a 200 that crosses the CANCEL is acknowledged and ended', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 180, 'Ringing');
  await stack.until(() => channel.state === 'Ringing');
  channel.end();
  await phone.expect('CANCEL');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('after a CANCEL that nobody answers nothing is left', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  phone.answer(await phone.expect('INVITE'), 180, 'Ringing');
  await stack.until(() => channel.state === 'Ringing');
  channel.end();
  await phone.expect('CANCEL');
});

test('a proxy forks: the first 200 counts, a second one from elsewhere is acknowledged and ended', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 180, 'Ringing', { tag: 'a' });
  phone.answer(invite, 183, 'Session Progress', { tag: 'b', body: SDP });
  await stack.until(() => events.length === 2);
  phone.answer(invite, 200, 'OK', { tag: 'b', body: SDP });
  await phone.expect('ACK');
  phone.answer(invite, 200, 'OK', { tag: 'a', body: SDP });
  const ack = await phone.expect('ACK');
  assert.match(ack.header('To')!, /tag=a$/);
  const bye = await phone.expect('BYE');
  assert.match(bye.header('To')!, /tag=a$/);
  phone.answer(bye, 200, 'OK');
  assert.deepEqual(events, ['ringing', 'progress', 'answered']);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

/** The last of them answers. */
const MANY = 32;

test('a 200 of one fork more than there is room for is acknowledged each time and ended once', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  for (let fork = 0; fork < MANY; fork++) phone.answer(invite, 180, 'Ringing', { tag: `early${fork}` });
  await stack.until(() => events.length > 0);
  await stack.turns();
  phone.answer(invite, 200, 'OK', { tag: 'other', body: SDP });
  assert.match((await phone.expect('ACK')).header('To')!, /;tag=other$/);
  const bye = await phone.expect('BYE');
  assert.match(bye.header('To')!, /;tag=other$/);
  phone.answer(bye, 200, 'OK');
  phone.answer(invite, 200, 'OK', { tag: 'other', body: SDP });
  assert.match((await phone.expect('ACK')).header('To')!, /;tag=other$/);
  await stack.until(() => events.at(-1)!.startsWith('hangup'));
  channel.end();
});

test('a 200 of another fork is acknowledged and ended while there is room for no dialog more', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 200, 'OK', { tag: 'b', body: SDP });
  await phone.expect('ACK');
  const { dialogs } = stack.stack.sip.calls.site;
  const others: Dialog[] = [];
  const quiet = { request: () => undefined, honours: () => false, acknowledged: () => undefined };
  for (let tag = 0; ; tag++) {
    const other = Dialog.ofServer(invite, String(tag));
    if (!dialogs.add(other, quiet)) break;
    others.push(other);
  }
  phone.answer(invite, 200, 'OK', { tag: 'a', body: SDP });
  assert.match((await phone.expect('ACK')).header('To')!, /;tag=a$/);
  const bye = await phone.expect('BYE');
  assert.match(bye.header('To')!, /;tag=a$/);
  phone.answer(bye, 200, 'OK');
  for (const other of others) dialogs.remove(other);
  phone.answer(invite, 200, 'OK', { tag: 'a', body: SDP });
  assert.match((await phone.expect('ACK')).header('To')!, /;tag=a$/);
  assert.deepEqual(events, ['answered']);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('a 200 that comes after the end of its call is acknowledged; one of somebody else is ended, too, once', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  channel.end(16);
  phone.answer(await phone.expect('BYE'), 200, 'OK');
  await stack.until(() => stack.stack.sip.calls.size === 0);
  phone.answer(invite, 200, 'OK', { body: SDP });
  assert.equal((await phone.expect('ACK')).header('CSeq'), '102 ACK');
  phone.answer(invite, 200, 'OK', { body: SDP, tag: 'late' });
  assert.match((await phone.expect('ACK')).header('To')!, /;tag=late$/);
  const bye = await phone.expect('BYE');
  assert.match(bye.header('To')!, /;tag=late$/);
  phone.answer(bye, 200, 'OK');
  phone.answer(invite, 200, 'OK', { body: SDP, tag: 'late' });
  await phone.expect('ACK');
  stack.clock.advance(40_000);
  assert.equal(stack.stack.sip.transactions.size, 0);
});

test('both ends say BYE at once: each is answered, and nothing is left', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  channel.end();
  const bye = await phone.expect('BYE');
  phone.within(phone.calledIn(invite), 'BYE');
  await phone.expect('200 BYE');
  phone.answer(bye, 200, 'OK');
});

test('a 200 whose SDP cannot be taken is acknowledged and ended', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  phone.answer(await phone.expect('INVITE'), 200, 'OK', { body: SDP.replace('8 0 101', '18') });
  await phone.expect('ACK');
  assert.deepEqual(events, ['hangup 58']);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('an INVITE of ours that comes back to us is a loop: 482', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.invite('600', invite.callId, 1, {});
  assert.equal((await phone.expect('482 INVITE')).reason, 'Loop Detected');
  phone.answer(invite, 486, 'Busy Here');
  let last = await phone.next();
  while (last.method !== 'ACK') last = await phone.next();
  channel.end();
});
