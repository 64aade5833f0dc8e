/** JsSIP in a headless Chromium registers over WSS, is seen, answers, and leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser } from '../support/browser.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { missing, Obelisk } from '../support/obelisk.js';

const SIP = `[general]
udpbindaddr=127.0.0.1:0
realm=asterisk
overloaddelay=0
[1008]
type=friend
host=dynamic
secret=pass1008
transport=ws,wss
qualify=yes
`;

for (const scheme of ['ws', 'wss'] as const) {
  test(`JsSIP in Chromium registers over ${scheme}, is reached over it, and un-registers`, {
    timeout: 60_000,
  }, async t => {
    const absent = (await missing('chromium')) || (await noCertificates());
    if (absent) return t.skip(absent);
    await using made = await certificate();
    const pbx = await Obelisk.create({
      'sip.conf': SIP,
      'http.conf':
        '[general]\nenabled=yes\nbindport=0\ntlsenable=yes\ntlsbindaddr=127.0.0.1:0\n' +
        `tlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`,
    });
    try {
      const status = await pbx.x('http show status');
      assert.match(status, /^\/ws => SIP over WebSocket$/m);
      const server = scheme === 'ws' ? /^Server Enabled and Bound to (\S+)$/m : /^HTTPS Server .* Bound to (\S+)$/m;
      const [, address] = server.exec(status)!;
      await using browser = await Browser.open(phone(`${scheme}://${address}/ws`), [made.cert]);
      assert.equal(await browser.next(), 'registered');
      const list = () => pbx.x('sip show peers like 1008');
      let peers = await list();
      while (peers.includes('UNKNOWN')) peers = await list();
      assert.match(peers, /^1008\/\w+ +127\.0\.0\.1 +D .*OK \(\d+ ms\)/m);
      const shown = await pbx.x('sip show peer 1008');
      assert.match(shown, new RegExp(`Prim\\.Transp\\. : ${scheme.toUpperCase()}$`, 'm'));
      assert.match(shown, /Useragent {4}: JsSIP /);
      assert.match(shown, /Reg\. Contact : sip:\S+\.invalid;transport=ws/);
      assert.match(
        await pbx.x('sip show tcp'),
        new RegExp(`^127\\.0\\.0\\.1:\\d+ +${scheme.toUpperCase()} +Server`, 'm'),
      );
      assert.equal(await browser.next(), 'unregistered');
      assert.match(await list(), /\(Unspecified\)/);
    } finally {
      await pbx.remove();
    }
    return undefined;
  });
}

/** Registers, and leaves when that was looked at. */
const phone = (url: string): string => `
const phone = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface('${url}')],
  uri: 'sip:1008@127.0.0.1',
  password: 'pass1008',
  register_expires: 120,
});
phone.on('registered', async () => {
  await report('registered');
  phone.unregister();
});
phone.on('unregistered', () => report('unregistered'));
phone.on('registrationFailed', ({ cause }) => report('failed: ' + cause));
phone.on('disconnected', ({ reason }) => report('disconnected: ' + reason));
phone.start();
`;
