/** sip.conf read again every second, and chan_sip taken out and put back every five, while phones register all the time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Obelisk } from '../support/obelisk.js';
import { PatientPhone } from '../support/patient-phone.js';
import { sparePort } from '../support/spare-port.js';

const NAMES = Array.from({ length: 30 }, (_, at) => String(4001 + at));
const SECONDS = 11;
/** Milliseconds between two registrations of a phone. */
const REST = 100;
const ONLINE = new RegExp(`Unmonitored: ${NAMES.length} online, 0 offline\\]`);

/** Each is another text, so that it is read again. */
const sipConf = (port: number, serial: number): string => `; ${serial}
[general]
udpbindaddr=127.0.0.1:${port}
realm=asterisk
overloaddelay=0
[phone](!)
type=friend
host=dynamic
context=internal
${NAMES.map(name => `[${name}](phone)\nsecret=s${name}\n`).join('')}`;

test('no registration is lost and no answer is wrong', { timeout: 110_000 }, async () => {
  const port = await sparePort();
  const pbx = await Obelisk.create({ 'sip.conf': sipConf(port, 0) });
  const phones = await Promise.all(NAMES.map(name => PatientPhone.open(port, name, `s${name}`)));
  try {
    await Promise.all(phones.map(phone => phone.register()));
    let going = true;
    const statuses = new Map<number, number>();
    const load = phones.map(async phone => {
      while (going) {
        const { status } = await phone.register();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await delay(REST);
      }
    });
    for (let second = 1; second <= SECONDS; second += 1) {
      await delay(1000);
      if (second % 5 === 0) {
        await pbx.x('module unload chan_sip');
        await pbx.x('module load chan_sip');
      } else {
        await pbx.write('sip.conf', sipConf(port, second));
        await pbx.x('sip reload');
      }
      assert.match(await pbx.x('sip show peers'), ONLINE, `after ${second} s`);
    }
    going = false;
    await Promise.all(load);
    assert.deepEqual([...statuses.keys()], [200]);
    assert.ok(statuses.get(200)! > NAMES.length * SECONDS, `${statuses.get(200)} registrations`);
    assert.match(await pbx.x('sip show peers'), ONLINE);
    assert.deepEqual((await pbx.read('log/messages')).match(/.* (ERROR|WARNING)\[.*/g) ?? [], []);
  } finally {
    for (const phone of phones) phone.close();
    await pbx.remove();
  }
});
