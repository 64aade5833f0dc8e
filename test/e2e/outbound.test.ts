/** Registering with servers that nobody here wrote: Kamailio over UDP and TCP, and another one when it is gone. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DNSMASQ, Dnsmasq } from '../support/dnsmasq.js';
import { Kamailio, SECRET } from '../support/kamailio.js';
import { missing, Obelisk } from '../support/obelisk.js';

const GENERAL = `[general]
udpbindaddr=127.0.0.1:0
tcpenable=yes
tcpbindaddr=127.0.0.1:0
`;

/** The list of registrations, as soon as it shows that. */
async function shown(pbx: Obelisk, sign: RegExp): Promise<string> {
  let list = '';
  for (let tries = 0; tries < 300; tries++) {
    list = await pbx.says('sip show registry');
    if (sign.test(list)) return list;
    await wait(100);
  }
  throw new Error(`never showed ${sign}:\n${list}`);
}

for (const protocol of ['udp', 'tcp']) {
  test(`Kamailio over ${protocol}: challenged, accepted, renewed in time, and un-registered at the end`, async t => {
    const absent = await missing('kamailio');
    if (absent) return t.skip(absent);
    const server = await Kamailio.start();
    const line = `register => ${protocol}://2001:${SECRET}@127.0.0.1:${server.port}/2001~3`;
    const pbx = await Obelisk.create({ 'sip.conf': `${GENERAL}${line}\n` });
    try {
      assert.match(
        await shown(pbx, /Registered/),
        new RegExp(`^127\\.0\\.0\\.1:${server.port} +N +2001 +2 Registered`, 'm'),
      );
      await server.says(`bound 2001 ${protocol} 3`, 3);
      await pbx.stop();
      await server.says(`unbound 2001 ${protocol} 0`);
    } finally {
      await pbx.remove();
      await server.remove();
    }
    return undefined;
  });
}

test('of two Kamailios in SRV records the second takes over when the first is killed', async t => {
  const absent = (await missing('kamailio')) || (existsSync(DNSMASQ) ? false : 'dnsmasq is not installed');
  if (absent) return t.skip(absent);
  const [first, second] = await Promise.all([Kamailio.start(), Kamailio.start()]);
  const names = await Dnsmasq.start(
    '--host-record=one.example,127.0.0.1',
    `--srv-host=_sip._udp.example,one.example,${first.port},10,0`,
    `--srv-host=_sip._udp.example,one.example,${second.port},20,0`,
  );
  const timing = `registertimeout=1\nnameserver=127.0.0.1:${names.endpoint.port}\n`;
  const pbx = await Obelisk.create({ 'sip.conf': `${GENERAL}${timing}register => 2001:${SECRET}@example/2001~2\n` });
  try {
    await first.says('bound 2001 udp 2', 2);
    assert.deepEqual(second.bindings, []);
    await first.kill();
    await second.says('bound 2001 udp 2', 2);
    assert.match(await shown(pbx, /Registered/), /^example:5060 /m);
  } finally {
    await pbx.remove();
    await Promise.all([first.remove(), second.remove(), names.stop()]);
  }
  return undefined;
});
