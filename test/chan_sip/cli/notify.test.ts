/** `sip notify`, and the file that its types are in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../../core/config/dialect.js';
import { typesOf } from '../../../modules/chan_sip/options/sip-notify.js';
import { SipStack } from '../../support/sip-stack.js';
import { SipStage } from './sip-stage.js';

const FILE = `[common](!)
Event=>check-sync
[reboot](common)
[reload](common)
Content-Type=>text/plain
Content=>one
Content=>two\\;three
`;

async function stageOf(text = FILE): Promise<SipStage> {
  const stage = await SipStage.recorded();
  stage.notifyTypes = typesOf((await parseText('sip_notify.conf', text)).config).types;
  return stage;
}

const CASES: readonly [line: string, printed: string][] = [
  ['sip notify reboot 1008', "Sending NOTIFY of type 'reboot' to '1008'\n"],
  [
    'sip notify reboot 1008 nosuch onlyuser 1009',
    "Sending NOTIFY of type 'reboot' to '1008'\nCould not create address for 'nosuch'\nCould not create address for 'onlyuser'\nSending NOTIFY of type 'reboot' to '1009'\n",
  ],
  ['sip notify common 1008', "Unable to find notify type 'common'\n"],
];

for (const [line, printed] of CASES) {
  test(`${line} prints ${JSON.stringify(printed)}`, async () => {
    assert.equal(await (await stageOf()).text(line), printed);
  });
}

test('without types it says so', async () => {
  const stage = await stageOf('');
  assert.equal(await stage.text('sip notify a b'), 'No sip_notify.conf file found, or no types listed there\n');
});

test('what is in the type is sent', async () => {
  const stage = await stageOf();
  await stage.text('sip notify reload 1008');
  const headers = [
    ['Subscription-State', 'terminated'],
    ['Event', 'check-sync'],
  ];
  assert.deepEqual(stage.notified, [['1008', { headers, body: { type: 'text/plain', text: 'one\r\ntwo;three' } }]]);
});

test('a device that there is no way to, or no room for, is told of', async () => {
  const stage = await stageOf();
  stage.became = 'nowhere';
  assert.equal(await stage.text('sip notify reboot 1008'), "Could not create address for '1008'\n");
  stage.became = 'full';
  assert.match(await stage.text('sip notify reboot 1008'), /^Too many NOTIFYs wait/);
});

test('types are completed, then devices that were not named yet', async () => {
  const { table } = (await stageOf()).cli;
  assert.deepEqual(table.complete('sip notify re'), ['reboot', 'reload']);
  assert.deepEqual(table.complete('sip notify reboot 100'), ['1008', '1009']);
  assert.deepEqual(table.complete('sip notify reboot 1008 100'), ['1009']);
});

test('a line that is not for others to set is left out, with its place', async () => {
  const { types, warnings } = typesOf((await parseText('sip_notify.conf', '[a]\nEvent=>x\nVia=>y\n')).config);
  assert.deepEqual(types.get('a'), [{ name: 'Event', value: 'x' }]);
  assert.deepEqual(warnings, [
    { file: 'sip_notify.conf', line: 3, message: 'the header Via is not for others to set; the line is left out' },
  ]);
});

test('a reload reads the types again, though sip.conf is as it was; a reload that is refused leaves them', async () => {
  await using stack = await SipStack.of('[general]\n', { 'sip_notify.conf': FILE });
  const names = () => [...stack.sip.notifyTypes.keys()];
  assert.deepEqual(names(), ['reboot', 'reload']);
  stack.stage.write('sip_notify.conf', '[other]\nEvent=>x\n');
  await stack.sip.reloadConfig('cli');
  assert.deepEqual(names(), ['other']);
  stack.stage.write('sip_notify.conf', FILE);
  stack.stage.write('sip.conf', '[general]\nmaxexpiry=x\n');
  await assert.rejects(stack.sip.reloadConfig('cli'));
  assert.deepEqual(names(), ['other']);
});
