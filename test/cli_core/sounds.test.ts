/** Commands over sounds, and the sounds that come with the PBX. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SoundFiles } from '../../core/sounds.js';
import { soundCommands } from '../../modules/cli_core/sounds.js';
import { openFile } from '../../modules/res_rtp/worker/file-sound.js';
import { CliStage } from '../support/cli-stage.js';

const own = join(__dirname, '..', '..', '..', 'configs', 'sounds');
const sounds = new SoundFiles([own]);

/** What every installation can say. */
const NEEDED = [
  ...Array.from({ length: 21 }, (_, number) => `digits/${number}`),
  ...[30, 40, 50, 60, 70, 80, 90].map(tens => `digits/${tens}`),
  ...['hundred', 'thousand', 'million', 'minus', 'point', 'star', 'pound'].map(word => `digits/${word}`),
  ...[...'abcdefghijklmnopqrstuvwxyz'].map(letter => `letters/${letter}`),
  ...['beep', 'hello', 'goodbye', 'please-try-again', 'pbx-invalid', 'demo-congrats', 'vm-goodbye'],
];

test('digits, letters and prompts come with the PBX, and can be played', async () => {
  for (const name of NEEDED) {
    const path = await sounds.find(name, 'en');
    assert.ok(path, name);
    const sound = await openFile(path, 0);
    assert.ok(typeof sound !== 'string', name);
    sound.close();
  }
});

test('core show sounds lists them, core show sound tells where one is', async () => {
  const cli = new CliStage(...soundCommands(sounds));
  const text = await cli.text('core show sounds');
  assert.match(text, /^Sound +Language Format\n/);
  assert.match(text, /\ndigits\/7 +en +ulaw\n/);
  assert.match(text, /\n\d+ sounds\.\n$/);
  assert.equal(
    await cli.text('core show sound digits/7'),
    `Language: en\nFile:     ${join(own, 'en/digits/7.ulaw')}\n`,
  );
  assert.equal(await cli.text('core show sound none'), "There is no sound 'none'.\n");
});

test('core show file formats lists what can be played', async () => {
  assert.equal(
    await new CliStage(...soundCommands(sounds)).text('core show file formats'),
    `${[
      'Format     Name       Extensions          ',
      'slin       wav        wav                 ',
      'ulaw       pcm        pcm|ulaw|ul|mu|ulw  ',
      'alaw       alaw       alaw|al|alw         ',
      'slin       sln        sln|raw             ',
      '4 file formats registered.',
    ].join('\n')}\n`,
  );
});
