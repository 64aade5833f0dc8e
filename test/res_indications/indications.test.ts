/** Tones of countries from indications.conf. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToneZoneTable, toneZones } from '../../core/channel/tone-zones.js';
import { parseText } from '../../core/config/dialect.js';
import { LoadDeclined } from '../../core/errors.js';
import { commands } from '../../modules/res_indications/commands.js';
import module from '../../modules/res_indications/index.js';
import { readIndications } from '../../modules/res_indications/read.js';
import { CliStage } from '../support/cli-stage.js';
import { CoreStage } from '../support/core-stage.js';

const FILE = 'indications.conf';

async function indications(text: string) {
  return readIndications((await parseText(FILE, text)).config);
}

const NL = `
[general]
country=nl
[nl]
description = Netherlands
ringcadence = 1000,4000
busy = 425/500, 0/500
own = !425*20/100,!0
[be]
alias=nl
busy=425/250
`;

test('countries have their tones, another name has those of whom it names, and its own before them', async () => {
  const { usual, zones, warnings } = await indications(NL);
  assert.deepEqual([usual, warnings], ['nl', []]);
  assert.deepEqual(
    zones.map(({ country, description, tones, cadence }) => [country, description, Object.fromEntries(tones), cadence]),
    [
      ['nl', 'Netherlands', { busy: '425/500,0/500', own: '!425*20/100,!0' }, [1000, 4000]],
      ['be', 'Netherlands', { busy: '425/250', own: '!425*20/100,!0' }, [1000, 4000]],
    ],
  );
});

test('the odd tones of the file that comes with the original are taken', async () => {
  const odd = 'info = 1000/400,10000/400,1000/400\nstutter = 350+375+400\ndial = 400*25\n';
  const { zones } = await indications(`[th]\n${odd}`);
  assert.deepEqual(Object.fromEntries(zones[0]?.tones ?? []), {
    info: '1000/400,10000/400,1000/400',
    stutter: '350+375+400',
    dial: '400*25',
  });
});

for (const [text, problem] of [
  ['[nl]\nbusy=425/500,x\n', /:2: busy: expected frequencies .* got 'x' in '425\/500,x'/],
  ['[nl]\nbusy=1+2+3+4+5\n', /:2: busy: expected frequencies/],
  ['[nl]\nmine=loud\n', /:2: mine: expected frequencies/],
  ['[nl]\nringcadence=often\n', /:2: ringcadence: expected milliseconds/],
  ['[nl]\nbusy=425\n[NL]\nbusy=400\n', /:3: \[NL\] is there twice/],
  ['[be]\nalias=nl\n', /:1: \[be\] is an alias of 'nl', which is not there/],
  ['[nl]\nalias=be\n[be]\nalias=nl\n', /:1: \[nl\] is an alias of 'be', which has an alias itself/],
  ['[general]\ncountry=xx\n[nl]\nbusy=425\n', /:2: country: there is no \[xx\]/],
] as const) {
  test(`refused with its place: ${JSON.stringify(text)}`, async () => {
    await assert.rejects(indications(text), (thrown: LoadDeclined) => {
      assert.ok(thrown instanceof LoadDeclined);
      assert.match(thrown.message, problem);
      return true;
    });
  });
}

async function loaded(files: Record<string, string>) {
  const stage = await CoreStage.of('res_indications', files);
  const zones = new ToneZoneTable();
  stage.registry.provide('core', toneZones, zones);
  const state = await module.loadModule({ ...stage.core, command: () => undefined });
  return { stage, zones, state };
}

test('without the file the built-in tones are played, with it its own, and when the module goes those again', async () => {
  const bare = await loaded({});
  assert.equal(bare.zones.tones('', 'busy'), '480+620/500,0/500');
  await bare.stage.close();
  const { stage, zones, state } = await loaded({ [FILE]: NL });
  assert.deepEqual([zones.tones('', 'busy'), zones.tones('be', 'busy')], ['425/500,0/500', '425/250']);
  stage.write(FILE, '[nl]\nbusy=loud\n');
  await assert.rejects(async () => module.reloadModule!(stage.core, state, 'cli'), LoadDeclined);
  assert.equal(zones.tones('', 'busy'), '425/500,0/500');
  stage.write(FILE, '[general]\ncountry=fr\n');
  await module.reloadModule!(stage.core, state, 'cli');
  assert.equal(zones.tones('', 'busy'), '440/500,0/500');
  await stage.close();
  assert.equal(zones.tones('', 'busy'), '480+620/500,0/500');
});

test('indication show lists the countries, or the tones of one', async () => {
  const zones = new ToneZoneTable();
  zones.replace((await indications(NL)).zones, 'nl');
  const cli = new CliStage(...commands(zones));
  assert.equal(
    await cli.text('indication show'),
    'Country  Description\n-------  -----------\nnl       Netherlands\nbe       Netherlands\n',
  );
  assert.match(
    await cli.text('indication show BE'),
    /^Country Indication +PlayList\n.*\nbe +ringcadence +1000,4000\nbe +busy +425\/250\n/,
  );
  assert.deepEqual(await cli.run('indication show xx'), [
    'failed',
    "Indication country 'xx' is not known\nCommand 'indication show xx' failed.\n",
  ]);
});
