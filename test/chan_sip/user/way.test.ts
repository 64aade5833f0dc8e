/** The way of requests: the outbound proxy, and what our sockets can send to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { howTo, proxyOf } from '../../../modules/chan_sip/user/way.js';
import { SiteStage } from './site-stage.js';

for (const [line, way] of [
  ['', undefined],
  ['outboundproxy=proxy.example', { protocol: 'tcp', host: 'proxy.example', port: undefined }],
  ['outboundproxy=tls://proxy.example:5080,force', { protocol: 'tls', host: 'proxy.example', port: 5080 }],
] as const) {
  test(`a proxy is asked over its own transport, else over the one that is wanted: ${line}`, async () => {
    const stage = await SiteStage.of(`[general]\n${line}\n`);
    assert.deepEqual(proxyOf(stage.user.site.general.outboundproxy, 'tcp'), way);
    await stage.close();
  });
}

for (const [line, families] of [
  ['', [4]],
  ['udpbindaddr=::', [4, 6]],
  ['tcpbindaddr=[2001:db8::1]', [4, 6]],
] as const) {
  test(`addresses are looked for that our sockets can send to: ${line}`, async () => {
    const stage = await SiteStage.of(`[general]\nsrvlookup=no\n${line}\n`);
    assert.deepEqual(howTo(stage.user.site.general, ['udp']), { protocols: ['udp'], srv: false, families });
    await stage.close();
  });
}
