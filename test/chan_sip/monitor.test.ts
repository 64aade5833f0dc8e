/** The monitor over real sockets: what it holds when an address is lost on the way. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { Monitor } from '../../modules/chan_sip/monitor.js';
import type { Protocol } from '../../modules/chan_sip/transport/transport.js';
import { transportStage } from '../support/transport.js';

const on = (protocol: Protocol, port: number, address = '127.0.0.1') => ({ protocol, bind: { address, port } });

test('an old address that somebody took meanwhile is told, and not held', { timeout: 30_000 }, async () => {
  await using stage = transportStage();
  const thief = createSocket('udp4');
  let opened = 0;
  const monitor = new Monitor({
    openWebSockets: server => stage.layer.openWebSockets(server),
    async open(protocol, bind) {
      // The third is the old address again, which had made room for the new one.
      if (protocol === 'udp' && ++opened === 3) {
        thief.bind(bind.port, bind.address);
        await once(thief, 'listening');
      }
      return stage.layer.open(protocol, bind);
    },
  });
  await monitor.restartMonitor([on('udp', 0)]);
  const old = monitor.listener('udp')!.local;
  const wanted = [on('udp', old.port, '0.0.0.0'), on('tcp', 5060, '192.0.2.1')];
  await assert.rejects(
    monitor.restartMonitor(wanted),
    /^Error: tcp 192\.0\.2\.1:5060: this machine has no such address.*; and the old one could not be had again: udp 127\.0\.0\.1/,
  );
  assert.deepEqual([monitor.listener('udp'), stage.layer.size], [undefined, 0]);
  thief.close();
  await monitor.restartMonitor([on('udp', old.port)]);
  assert.deepEqual(monitor.listener('udp')!.local, old);
});
