/** Tones where signalling says nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToneZoneTable } from '../../../core/channel/tone-zones.js';

test('a country that is unknown, or says nothing of a tone, has those of the default one', () => {
  const zones = new ToneZoneTable();
  assert.equal(zones.tones('de', 'busy'), '425/480,0/480');
  assert.equal(zones.tones('xx', 'ring'), '440+480/2000,0/4000');
  assert.equal(zones.tones('de', 'record'), '1400/500,0/15000');
  assert.equal(zones.tones('us', 'nothing'), undefined);
});

test('what a file says takes the place of what is built in, and none brings it back', () => {
  const zones = new ToneZoneTable();
  zones.replace(
    [{ country: 'nl', description: 'Netherlands', tones: new Map([['busy', '425/500,0/500']]), cadence: [] }],
    'nl',
  );
  assert.equal(zones.tones('us', 'busy'), '425/500,0/500');
  assert.equal(zones.tones('us', 'ring'), undefined);
  zones.replace([], 'us');
  assert.equal(zones.tones('', 'ring'), '440+480/2000,0/4000');
});
