/** Media that a call uses: res_rtp goes only by force, and ends the call then as the phone is used to. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CallPhone } from '../support/call-phone.js';
import { Obelisk, PHONES } from '../support/obelisk.js';

const bounded = { timeout: 60_000 };

let obelisk: Obelisk;
let phone: CallPhone;

before(async () => {
  obelisk = await Obelisk.create({
    'extensions.conf': '[internal]\nexten => 600,1,Answer()\nsame => n,Echo()\n',
    'sip.conf': PHONES,
  });
  phone = await CallPhone.far(await obelisk.port(), '1008', 'pass1008');
});
after(async () => {
  await phone?.close();
  await obelisk.remove();
});

test('res_rtp is in use by the channel whose media it is; by force the call ends with a BYE', bounded, async () => {
  await phone.call('600');
  phone.acknowledge(await phone.expect('200 INVITE'));
  const refused = await obelisk.x('module unload res_rtp');
  assert.match(refused, /res_rtp is in use by SIP\/1008-00000000/);
  assert.match(await obelisk.x('module show res_rtp'), /Use count {4}: 1/);
  const gone = obelisk.x('module unload -f res_rtp');
  phone.answer(await phone.expect('BYE'), 200, 'OK');
  assert.match(await gone, /^Unloaded res_rtp$/m);
  await obelisk.idle();
  const refusal = await phone.call('600');
  assert.equal(refusal.status, 503, 'without media there is no call');
  phone.acknowledge(refusal);
  assert.match(await obelisk.x('module load res_rtp'), /^Loaded res_rtp$/m);
  await phone.call('600');
  const talk = phone.acknowledge(await phone.expect('200 INVITE'));
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
});
