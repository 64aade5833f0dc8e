/** A network that loses three datagrams of ten, doubles three and mixes up their order: registrations and calls come about. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BadNetwork } from '../support/bad-network.js';
import { Chance } from '../support/chance.js';
import { Obelisk } from '../support/obelisk.js';
import { PatientPhone } from '../support/patient-phone.js';
import { spareRange } from '../support/spare-port.js';

const PHONES = Array.from({ length: 20 }, (_, at) => String(2001 + at));
const BADNESS = { loss: 0.3, twice: 0.3, jitter: 200 };
/** Of both ends: below what a datagram takes at most, so that more is said again than with the usual 500 ms, and in less time. */
const T1 = 150;
const bounded = { timeout: 110_000 };

let pbx: Obelisk;
let network: BadNetwork;
let phones: PatientPhone[];

before(async () => {
  const { start, end } = await spareRange(60);
  pbx = await Obelisk.create({
    'sip.conf': `[general]
udpbindaddr=127.0.0.1:0
realm=asterisk
overloaddelay=0
t1min=${T1}
timert1=${T1}
[phone](!)
type=friend
host=dynamic
context=internal
nat=force_rport,comedia
directmedia=no
${PHONES.map(name => `[${name}](phone)\nsecret=s${name}\n`).join('')}`,
    'extensions.conf':
      '[internal]\nexten => 600,1,Answer()\n same => n,Wait(60)\nexten => _20XX,1,Dial(SIP/${EXTEN},40)\n',
    'rtp.conf': `[general]\nrtpstart=${start}\nrtpend=${end}\n`,
  });
  network = await BadNetwork.to(await pbx.port(), new Chance(4), BADNESS);
  phones = await Promise.all(PHONES.map(name => PatientPhone.open(network.port, name, `s${name}`, T1)));
});

after(async () => {
  for (const phone of phones ?? []) phone.close();
  network?.close();
  await pbx?.remove();
});

test('every phone is registered, and is told so', bounded, async () => {
  const answers = await Promise.all(phones.map(phone => phone.register()));
  assert.deepEqual(
    answers.map(({ status }) => status),
    PHONES.map(() => 200),
  );
  assert.match(await pbx.x('sip show peers'), /Unmonitored: 20 online, 0 offline\]/);
  assert.ok(network.counts.lost > 0 && network.counts.twice > 0 && phones.some(({ repeated }) => repeated > 0));
});

test('every call is answered and ended, and nothing of it is left', bounded, async () => {
  // The first half calls an extension, and the second half, which is called by it.
  const callers = phones.slice(0, 10);
  const outcomes = await Promise.all(
    callers.map(async (phone, at) => [await phone.call('600'), await phone.call(PHONES[10 + at]!)]),
  );
  assert.deepEqual(
    outcomes,
    callers.map(() => [
      [200, 200],
      [200, 200],
    ]),
  );
  for (const { name, calledIn } of phones.slice(10))
    assert.ok(calledIn.length === 1 || calledIn.length === 2, `${name} was called ${calledIn.length} times`);
  const messages = await pbx.read('log/messages');
  assert.deepEqual(messages.match(/.*ERROR.*/g) ?? [], []);
});
