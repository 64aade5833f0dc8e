/** Several contacts of a device of the database: the first one in its row, the others beside. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone, RowStage } from './row-stage.js';

const A = '<sip:a@192.0.2.7:5062>;+sip.instance="<urn:a>"';
const B = '<sip:b@192.0.2.8>';

/** The clock goes on by the time that a row needs to be written. */
const rounded = (contact: string): string =>
  contact.replace(/expires=(\d+)/, (_, left: string) => `expires=${Math.round(Number(left) / 10) * 10}`);

for (const cached of ['no', 'yes']) {
  test(`with rtcachefriends=${cached} the row has the contact that came last, and the others are not forgotten`, async () => {
    const general = `rtcachefriends=${cached}`;
    const stage = await RowStage.of({ general, rows: [phone('3001', { maxcontacts: '2' })] });
    await stage.login({ contact: A, callId: 'a', headers: ['Expires: 300'] });
    stage.clock.advance(50_000);
    await stage.login({ contact: B, callId: 'b', headers: ['Expires: 300'] });
    await stage.written();
    assert.equal(stage.row('3001')?.['fullcontact'], 'sip:b@192.0.2.8');
    // Long enough for a row that is not kept to be read again.
    stage.clock.advance(50_000);
    const listed = await stage.login({ contact: false, callId: 'who' });
    assert.deepEqual(
      [...listed!.text.matchAll(/^Contact: (.*)\r$/gm)].map(([, contact]) => rounded(contact!)),
      ['<sip:b@192.0.2.8>;expires=250', '<sip:a@192.0.2.7:5062>;expires=200;+sip.instance="<urn:a>"'],
    );
    await stage.login({ contact: `${B};expires=0`, callId: 'b' });
    await stage.written();
    assert.equal(stage.row('3001')?.['fullcontact'], 'sip:a@192.0.2.7:5062');
    await stage.login({ contact: '*', callId: 'all', headers: ['Expires: 0'] });
    await stage.written();
    assert.equal(stage.row('3001')?.['fullcontact'], '');
    assert.deepEqual([...stage.site.stage.astdb.values.keys()], []);
    await stage.close();
  });
}
