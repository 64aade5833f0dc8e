/** A running PBX watches a phone that answers OPTIONS, and then no longer does. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Obelisk } from '../support/obelisk.js';

test('a device shows the time of its answer, and is UNREACHABLE when it falls silent', async () => {
  const phone = createSocket('udp4');
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  let silent = false;
  phone.on('message', (data, from) => {
    if (silent || !data.toString().startsWith('OPTIONS')) return;
    phone.send(data.toString().replace(/^OPTIONS .*/, 'SIP/2.0 200 OK'), from.port, from.address);
  });
  const { port } = phone.address();
  const device = `[trunk]\ntype=peer\nhost=127.0.0.1\nport=${port}\nqualify=500\nqualifyfreq=1\n`;
  const pbx = await Obelisk.create({ 'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\n${device}` });
  try {
    assert.match(await shown(pbx, /OK \(\d+ ms\)/), /Monitored: 1 online, 0 offline/);
    silent = true;
    assert.match(await shown(pbx, /UNREACHABLE/), /Monitored: 0 online, 1 offline/);
  } finally {
    await pbx.remove();
    phone.close();
  }
});

/** The list, as soon as it shows that. */
async function shown(pbx: Obelisk, sign: RegExp): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const list = await pbx.says('sip show peers');
    if (sign.test(list)) return list;
    await wait(100);
  }
  throw new Error(`never showed ${sign}`);
}
