/** A phone that sends a call on, in a real process: the caller hears so, and of whoever answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CallPhone, SDP } from '../support/call-phone.js';
import { Obelisk, PHONES } from '../support/obelisk.js';

let pbx: Obelisk;
const phones: CallPhone[] = [];

before(async () => {
  pbx = await Obelisk.create({
    'sip.conf': `${PHONES.replace('context=internal\n', 'context=internal\ndirectmedia=no\nsendrpid=yes\ntrustrpid=yes\n')}`,
    'extensions.conf': '[internal]\nexten => _10XX,1,Dial(SIP/${EXTEN},20)\n',
  });
  const server = await pbx.port();
  for (const name of ['1008', '1009', '1010']) phones.push(await CallPhone.far(server, name, `pass${name}`));
});
after(async () => {
  for (const phone of phones) await phone.close();
  await pbx.remove();
});

test('a 302 is a 181 for the caller, who then talks to the other phone and is told who that is', {
  timeout: 60_000,
}, async () => {
  const [caller, sender, other] = phones as [CallPhone, CallPhone, CallPhone];
  for (const phone of [sender, other]) await phone.register();
  await caller.call('1009');
  const invite = await sender.expect('INVITE');
  sender.answer(invite, 302, 'Moved Temporarily', { headers: [`Contact: <sip:1010@127.0.0.1>`] });
  await sender.expect('ACK');
  const forwarded = await caller.expect('181 INVITE');
  assert.match(forwarded.header('Diversion')!, /<sip:1009@/);
  const second = await other.expect('INVITE');
  assert.match(second.header('Diversion')!, /<sip:1009@/);
  const said = 'Remote-Party-ID: "Carol" <sip:1010@127.0.0.1>;party=called;privacy=off;screen=yes';
  other.answer(second, 200, 'OK', { body: SDP, headers: [said] });
  await other.expect('ACK');
  const ok = await caller.expect('200 INVITE');
  assert.match(ok.header('Remote-Party-ID')!, /<sip:1010@.*party=called/);
  const talk = caller.acknowledge(ok);
  caller.within(talk, 'BYE');
  await caller.expect('200 BYE');
  other.answer(await other.expect('BYE'), 200, 'OK');
});
