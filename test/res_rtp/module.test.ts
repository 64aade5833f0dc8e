/** The module: rtp.conf, its commands, and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial, LoadDeclined } from '#core';
import { commands } from '../../modules/res_rtp/commands.js';
import { general } from '../../modules/res_rtp/options.js';
import { readRtpConf, settingsOf } from '../../modules/res_rtp/rtp-conf.js';
import { CliStage } from '../support/cli-stage.js';
import { CoreStage } from '../support/core-stage.js';
import { MediaStage } from './stage.js';

const reading = async (text?: string) => {
  const stage = await CoreStage.of('res_rtp', text === undefined ? {} : { 'rtp.conf': text });
  return { values: await readRtpConf(stage.core), lines: stage.lines };
};

test('without rtp.conf everything is as by default', async () => {
  const { values, lines } = await reading();
  assert.deepEqual(settingsOf(values), {
    start: 5000,
    end: 31_000,
    dtmfTimeout: 1200,
    rtcpInterval: 5000,
    strictness: 'yes',
    probation: 4,
  });
  assert.deepEqual(lines, []);
});

test('what stands in the file counts, and what waits or has no effect is told', async () => {
  const { values, lines } = await reading(
    '[general]\nrtpstart=10000\nrtpend=20000\nstrictrtp=seqno\nprobation=8\nicesupport=yes\nstunaddr=x\n[other]\na=b\n',
  );
  assert.deepEqual([values.rtpstart, values.rtpend, values.strictrtp, values.probation], [10_000, 20_000, 'seqno', 8]);
  assert.deepEqual(lines, [
    'warning: rtp.conf:9: [other] has no effect here',
    'notice: rtp.conf: options that are read and not in force: icesupport, stunaddr',
  ]);
});

test('a range without a port is not used', async () => {
  const { values, lines } = await reading('[general]\nrtpstart=20000\nrtpend=10000\n');
  assert.deepEqual([values.rtpstart, values.rtpend], [5000, 31_000]);
  assert.deepEqual(lines, ['warning: rtp.conf:3: no port is between 20000 and 10000, 5000 to 31000 are used']);
});

test('a value that is none is refused', async () => {
  await assert.rejects(reading('[general]\nstrictrtp=perhaps\n'), LoadDeclined);
});

test('rtp show settings is as recorded', async t => {
  const { engine } = await MediaStage.open(t);
  const cli = new CliStage(...commands(() => ({ general: initial(general), engine })));
  assert.equal(
    await cli.text('rtp show settings'),
    `

General Settings:
----------------
  Port start:      5000
  Port end:        31000
  Checksums:       Yes
  DTMF Timeout:    1200
  Strict RTP:      Yes
  Probation:       4 frames
  Replay Protect:  Yes

`,
  );
});

test('debugging is turned on and off, for all or for one address', async t => {
  const { engine } = await MediaStage.open(t);
  const cli = new CliStage(...commands(() => ({ general: initial(general), engine })));
  assert.equal(await cli.text('rtp set debug on'), 'RTP Packet Debugging Enabled\n');
  assert.deepEqual(engine.watched, { rtp: {}, rtcp: undefined, stats: false });
  assert.match(await cli.text('rtcp set debug ip [2001:db8::1]:5001'), /Enabled for address \[2001:db8::1\]:5001/);
  await cli.text('rtp set debug ip 192.0.2.7');
  await cli.text('rtcp set stats on');
  assert.deepEqual(engine.watched, {
    rtp: { address: '192.0.2.7' },
    rtcp: { address: '2001:db8::1', port: 5001 },
    stats: true,
  });
  for (const line of ['rtp set debug off', 'rtcp set debug off', 'rtcp set stats off']) await cli.text(line);
  assert.deepEqual(engine.watched, { rtp: undefined, rtcp: undefined, stats: false });
  assert.match(await cli.text('rtp set debug ip nobody'), /'nobody' is no address/);
});

test('formats are shown with what it costs to change them into each other', async t => {
  const { engine } = await MediaStage.open(t);
  const cli = new CliStage(...commands(() => ({ general: initial(general), engine })));
  const matrix = (await cli.text('core show translation')).split('\n').slice(2).join('\n');
  assert.equal(
    matrix,
    `
        ulaw  alaw slin8
  ulaw     -  9150  9000
  alaw  9150     -  9000
 slin8  6000  6000     -
`,
  );
  const paths = await cli.text('core show translation paths ULAW');
  assert.match(paths, /\n\tulaw:8000 {7} To alaw:8000 {7}: \(ulaw@8000\)->\(alaw@8000\)\n/);
  assert.match(paths, /\n\tulaw:8000 {7} To g729:8000 {7}: No Translation Path\n/);
  assert.equal(await cli.text('core show translation paths x'), "'x' is no format of sound\n");
});

test('rtp show stats shows threads and what was dropped', async t => {
  const stage = await MediaStage.open(t);
  const cli = new CliStage(...commands(() => ({ general: initial(general), engine: stage.engine })));
  await stage.leg();
  const text = await cli.text('rtp show stats');
  assert.match(text, /^Thread +Ports +Offered\n\d+ +1 +\d+\n\nDropped +Packets\ntruncated +0\n/);
  assert.match(text, /\n1 sessions opened, 0 refused\.\n$/);
});
