/** Several contacts at the prompt: a row and a line for each, and nothing of it where a device has one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBinding } from '../../../modules/chan_sip/user/binding.js';
import { SipStage } from './sip-stage.js';

const CONF =
  '[general]\n[1008]\ntype=friend\nhost=dynamic\nmaxcontacts=2\nqualify=2000\n[1009]\ntype=friend\nhost=dynamic\n';

async function staged(): Promise<SipStage> {
  const stage = await SipStage.of(CONF);
  const peer = stage.register('1008', 6045, 291);
  const closed = { protocol: 'tcp', reliable: true, closed: true } as never;
  const traits = { q: '0.5', instance: 'urn:uuid:1', regId: 3, flow: closed, began: 0 };
  const address = { address: '127.0.0.2', port: 6046 };
  const facts = { granted: 60, protocol: 'tcp', callId: 'c', cseq: 1, path: ['<sip:p;lr>'], traits } as const;
  const binding = openBinding({ contact: 'sip:x@127.0.0.2', address, ...facts }, 0);
  binding.ends = stage.clock.elapsed() + 50_000;
  peer.binding!.lastMs = 7;
  peer.admit(binding, true);
  peer.follow();
  return stage;
}

test('sip show peers has a row for each contact, and counts the device once', async () => {
  const stage = await staged();
  const rows = (await stage.text('sip show peers')).split('\n');
  assert.deepEqual(
    rows.slice(1, -1).map(row => row.replace(/ +/g, ' ').trim()),
    [
      '1008/1008 127.0.0.1 D Auto (No) No 6045 OK (7 ms)',
      '1008/1008 127.0.0.2 D Auto (No) No 6046 Disconnected',
      '1009 (Unspecified) D Auto (No) No 0 Unmonitored',
      '2 sip peers [Monitored: 1 online, 0 offline Unmonitored: 0 online, 1 offline]',
    ],
  );
});

test('sip show peer has a line for each contact', async () => {
  const stage = await staged();
  const lines = (await stage.text('sip show peer 1008')).split('\n').filter(line => line.includes('Contact['));
  assert.deepEqual(lines, [
    '  Contact[1]   : <sip:1008@127.0.0.1:6045>, at 127.0.0.1:6045 UDP, expires 291, OK (7 ms)',
    '  Contact[2]   : <sip:x@127.0.0.2>, at 127.0.0.2:6046 TCP, expires 50, Disconnected, path <sip:p;lr>, q 0.5, instance urn:uuid:1, reg-id 3',
  ]);
  assert.doesNotMatch(await stage.text('sip show peer 1009'), /Contact\[/);
});
