/** A guesser over IPv6: the whole network that it is in is banned, on every transport and service, over a restart too. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { noIPv6 } from '../support/ipv6.js';
import { Obelisk } from '../support/obelisk.js';
import { answerOf, registerText } from '../support/register.js';
import { StreamPhone } from '../support/stream-phone.js';
import { UdpPhone } from '../support/udp-phone.js';

const FILES = {
  'sip.conf': `[general]
udpbindaddr=[::1]:0
tcpenable=yes
tcpbindaddr=[::1]:0
transport=udp,tcp
authfailmax=3
overloaddelay=0
banlocal=yes
[1008]
type=friend
host=dynamic
secret=pass1008
`,
  'manager.conf': '[general]\nenabled=yes\nport=0\nbindaddr=::1\n[admin]\nsecret=s3cret\n',
};

const endpoint = (port: number) => ({ address: '::1', port });

test('who guesses over IPv6 is heard by nobody until the ban is lifted', {
  skip: noIPv6(),
  timeout: 50_000,
}, async () => {
  const pbx = await Obelisk.create(FILES);
  try {
    const [udp, tcp] = [endpoint(await pbx.port()), endpoint(await pbx.port('TCP SIP'))];
    const manager = Number(/TCP Bindaddress: +\[?::1\]?:(\d+)/.exec(await pbx.x('manager show settings'))![1]);
    await using phone = await UdpPhone.open('::1');
    await using stream = await StreamPhone.open(tcp);
    for (const guess of ['one', 'two', 'three']) {
      phone.send(udp, registerText('1008', 1));
      phone.send(udp, registerText('1008', 2, answerOf(await phone.next(), '1008', guess)));
      assert.match(await phone.next(), /^SIP\/2\.0 403 /);
    }
    await stream.hungUp();
    for (const port of [tcp.port, manager]) {
      await using late = new StreamPhone(connect({ host: '::1', port }));
      await late.hungUp();
      assert.equal(late.text, '');
    }
    phone.send(udp, registerText('1008', 3));
    while (!/^::\/64 .*\n1 bans, 3 messages/m.test(await pbx.says('sip show bans'))) await setImmediate();

    await pbx.stop();
    await pbx.start();
    assert.match(await pbx.x('sip show bans'), /^::\/64 +\(all\) +3\d\d\d s +0 {2}failed logins \(SIP\)$/m);
    const again = endpoint(await pbx.port());
    phone.send(again, registerText('1008', 4));
    while (!/\n1 bans, 1 messages/.test(await pbx.says('sip show bans'))) await setImmediate();
    assert.equal(await pbx.x('sip unban ::1'), '1 bans lifted.\n');
    phone.send(again, registerText('1008', 5));
    assert.match(await phone.next(), /^SIP\/2\.0 401 [\s\S]*\r\nCSeq: 5 /);
  } finally {
    await pbx.remove();
  }
});
