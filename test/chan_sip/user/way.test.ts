/** Where requests go: the outbound proxy before the URI, over what we speak. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUri } from '../../../modules/chan_sip/message/uri.js';
import { hopsTo, proxyOf, targetOf } from '../../../modules/chan_sip/user/way.js';
import { recordsOf } from '../../support/names.js';
import { SiteStage } from './site-stage.js';

test('a URI says who is looked for and how', () => {
  for (const [uri, target] of [
    ['sip:a@b.example', { scheme: 'sip', host: 'b.example', port: undefined, transport: undefined }],
    ['sips:a@b.example:5071', { scheme: 'sips', host: 'b.example', port: 5071, transport: undefined }],
    ['sip:[2001:db8::1];transport=TCP', { scheme: 'sip', host: '2001:db8::1', port: undefined, transport: 'tcp' }],
    ['sip:b.example;transport=sctp', undefined],
    ['tel:+123', undefined],
  ] as const) {
    assert.deepEqual(targetOf(parseUri(uri)), target, uri);
  }
});

const ZONE = {
  'SRV _sip._udp.b.example': [{ priority: 0, weight: 0, port: 5070, target: 'c.example' }],
  'A b.example': ['192.0.2.1'],
  'A c.example': ['192.0.2.2'],
  'AAAA c.example': ['2001:db8::2'],
  'A proxy.example': ['192.0.2.3'],
};

for (const [what, general, device, places] of [
  ['no proxy: the URI', '', '', ['udp 192.0.2.2:5070']],
  ['srvlookup off: its address', 'srvlookup=no', '', ['udp 192.0.2.1:5060']],
  ['the proxy of [general], with its port', 'outboundproxy=proxy.example:5080', '', ['udp 192.0.2.3:5080']],
  ['its SRV', 'outboundproxy=b.example', '', ['udp 192.0.2.2:5070']],
  ['its transport', 'outboundproxy=tcp://proxy.example,force', '', ['tcp 192.0.2.3:5060']],
  ['that of the device first', 'outboundproxy=b.example', 'outboundproxy=proxy.example', ['udp 192.0.2.3:5060']],
  ['a proxy that is not found: nowhere', 'outboundproxy=nothing.example', '', []],
  ['sockets of IPv6: both families', 'udpbindaddr=::', '', ['udp 192.0.2.2:5070', 'udp 2001:db8::2:5070']],
] as const) {
  test(`a request goes where it should, ${what}`, async () => {
    const conf = `[general]\n${general}\n[t]\ntype=peer\nhost=192.0.2.9\n${device}\n`;
    const stage = await SiteStage.of(conf, {}, recordsOf(ZONE));
    const { site } = stage.user;
    const target = targetOf(parseUri('sip:a@b.example'))!;
    const hops = await hopsTo(site, target, ['udp'], proxyOf(site, stage.peers.get('t')));
    assert.deepEqual(
      hops.map(({ protocol, remote }) => `${protocol} ${remote.address}:${remote.port}`),
      places,
    );
    await stage.close();
  });
}
