/** The view of modules: what it shows, and the lines that its keys stand for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modulesView } from '../../modules/cli_module/view.js';
import { MemoryLoader, moduleRow } from '../support/memory-loader.js';

test('modules are shown with their status and users, and each key is a command', () => {
  const view = modulesView(
    new MemoryLoader(
      moduleRow('app_echo', 'Echo', { status: 'Not Running' }),
      moduleRow('res_rtp', 'RTP Stack', { useCount: 2, users: ['chan_sip', 'res_x'] }),
    ),
  );
  const rows = [...view.rows()];
  assert.deepEqual(
    rows.map(row => [view.id(row), ...view.columns.map(column => column.value(row))]),
    [
      ['app_echo', 'app_echo', 'Not Running', 0, 'Echo', ''],
      ['res_rtp', 'res_rtp', 'Running', 2, 'RTP Stack', 'chan_sip, res_x'],
    ],
  );
  const row = rows[1]!;
  assert.deepEqual(
    [view.detail?.(row), ...view.actions!.map(action => [action.key, action.command(row), action.confirm?.(row)])],
    [
      'module show res_rtp',
      ['l', 'module load res_rtp', undefined],
      ['u', 'module unload res_rtp', 'Unload res_rtp (RTP Stack)?'],
      ['r', 'module reload res_rtp', undefined],
    ],
  );
});
