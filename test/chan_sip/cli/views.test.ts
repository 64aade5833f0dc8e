/** What consoles show live of chan_sip: the devices and the registry, and the lines that their keys stand for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peersView, registryView } from '../../../modules/chan_sip/cli/views.js';
import { ACCOUNT, SipStage } from './sip-stage.js';

test('devices are shown with their address and status, those that cannot be called are not', async () => {
  const view = peersView(await SipStage.recorded());
  const rows = [...view.rows()].map(peer => [view.id(peer), ...view.columns.map(column => column.value(peer))]);
  assert.deepEqual(
    rows.filter(([id]) => ['1008', '1009', '3001', 'onlyuser'].includes(String(id))),
    [
      ['1008', '1008', '127.0.0.1:6045', 'Unmonitored', 'Front desk', 'static'],
      ['1009', '1009', '127.0.0.1:6009', 'UNREACHABLE', '', 'static'],
      ['3001', '3001', '127.0.0.1:6031', 'Unmonitored', '', 'realtime'],
    ],
  );
  assert.equal(view.summary?.(), '4 online, 1 offline');
});

test('each key of a device is a command that is understood, whatever its name', async () => {
  const stage = await SipStage.of('[general]\n[Front desk]\ntype=friend\nhost=dynamic\nqualify=yes\n');
  const view = peersView(stage);
  const peer = stage.register('Front desk', 6008, 60);
  const [qualify, unregister] = view.actions!;
  assert.deepEqual([qualify?.key, unregister?.key], ['q', 'u']);
  assert.match(await stage.cli.text(view.detail!(peer)), /\* Name +: Front desk\n/);
  await stage.cli.text(qualify!.command(peer));
  assert.deepEqual(stage.qualified, ['Front desk']);
  assert.equal(unregister?.confirm?.(peer), 'End the registration of Front desk at 127.0.0.1:6008?');
  assert.match(await stage.cli.text(unregister!.command(peer)), /^Unregistered peer 'Front desk'/);
});

test('registrations of ours are shown with their state, under an id that has no secret', async () => {
  const stage = await SipStage.of('[general]\n');
  const terms = (user: string) => ({
    shown: `${user}@198.51.100.1`,
    text: `${user}:secret@198.51.100.1`,
    host: '198.51.100.1',
    port: 5070,
    username: user,
    ...ACCOUNT,
  });
  const registeredAt = new Date(2026, 10, 22, 12, 22, 10).getTime();
  stage.lines.push({ terms: terms('2001'), refresh: 105, text: 'Registered', registeredAt });
  stage.lines.push({ terms: terms('2002'), refresh: 20, text: 'Request Sent', registeredAt: undefined });
  const view = registryView(stage);
  assert.deepEqual(
    [...view.rows()].map(row => [view.id(row), ...view.columns.map(column => column.value(row))]),
    [
      ['2001@198.51.100.1', '198.51.100.1:5070', '2001', 'Registered', 105, '2026-11-22 12:22:10'],
      ['2002@198.51.100.1', '198.51.100.1:5070', '2002', 'Request Sent', 20, undefined],
    ],
  );
  assert.equal(view.summary?.(), '1 of 2 registered');
});
