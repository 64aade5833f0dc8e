/** A process that may open no more files: who is there is served on, and connections are taken again when there is room. */
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { MAIN, Obelisk, PHONES } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';
import { registerText } from '../support/register.js';
import { StreamPhone } from '../support/stream-phone.js';

/** What the process needs for itself, and a few connections. */
const FILES = 64;
const CONNECTIONS = 120;

/** What a phone is answered, which comes again while its connections are ended: the ends of the others may be read after its begin. */
async function answerOf(tcp: Endpoint): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    await using late = await StreamPhone.open(tcp);
    late.send(registerText('1009', 1));
    try {
      return await late.next();
    } catch (error) {
      if (!late.socket.destroyed || tries === CONNECTIONS) throw error;
    }
  }
}

test('without descriptors phones over UDP register, and TCP is back when connections have gone', async () => {
  const made = await Obelisk.create(
    {
      'sip.conf': PHONES.replace('tcpenable=yes', 'tcpenable=yes\ntcpauthlimit=1000'),
      // Its thread may still be reading its code when there are no descriptors left to do so.
      'modules.conf': '[modules]\nautoload=yes\nnoload=res_rtp\n',
    },
    { start: false },
  );
  const script = join(made.directory, 'limited');
  await made.write('limited', `#!/bin/sh\nulimit -n ${FILES}\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(script, 0o755);
  const pbx = Obelisk.over(made.directory, script);
  const crowd: StreamPhone[] = [];
  try {
    await pbx.start();
    const [udp, tcp] = [await pbx.port(), { address: '127.0.0.1', port: await pbx.port('TCP SIP') }];
    for (let count = 0; count < CONNECTIONS; count += 1) crowd.push(await StreamPhone.open(tcp));
    using phone = await Phone.open(udp, '1008', 'pass1008');
    assert.equal(statusOf(await phone.register()), 200);
    for (const one of crowd.splice(0)) await one[Symbol.asyncDispose]();
    assert.match(await answerOf(tcp), /^SIP\/2\.0 401 /);
    assert.equal(statusOf(await phone.register()), 200);
    assert.match(await pbx.x('sip show peers like 1008'), /1 online/);
    assert.deepEqual((await pbx.read('log/messages')).match(/.*(ERROR\[|unhandled).*/g) ?? [], []);
  } finally {
    for (const one of crowd) await one[Symbol.asyncDispose]();
    await pbx.remove();
  }
});
