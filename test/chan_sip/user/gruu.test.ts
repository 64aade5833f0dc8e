/** GRUUs: who gets them, where they lead, and when they no longer do (RFC 5627). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUri } from '../../../modules/chan_sip/message/uri.js';
import { type Ask, type Heard, SiteStage } from './site-stage.js';

const CONF =
  '[general]\nsupportgruu=yes\n[1008]\ntype=friend\nhost=dynamic\nmaxcontacts=2\n[1009]\ntype=friend\nhost=dynamic\nsupportgruu=no\n';
const CONTACT = '<sip:1008@192.0.2.7:5062>;+sip.instance="<urn:uuid:f81d4fae-7dec>"';
const SUPPORTED = 'Supported: gruu';

const gruusOf = (answer: Heard): { lasting: string | undefined; passing: string | undefined } => ({
  lasting: /pub-gruu="([^"]*)"/.exec(answer.text)?.[1],
  passing: /temp-gruu="([^"]*)"/.exec(answer.text)?.[1],
});

async function registered(ask: Ask = {}) {
  const stage = await SiteStage.of(CONF);
  const register = (more: Ask = {}) => gruusOf(stage.ask({ contact: CONTACT, headers: [SUPPORTED], ...ask, ...more }));
  const leadsTo = (uri: string | undefined) => stage.user.gruus.bindingOf(parseUri(uri!))?.binding.contact;
  return { stage, first: register(), register, leadsTo };
}

const HOME = 'sip:1008@192.0.2.7:5062';

test('a phone gets one address that stays and one that is another each time, and both lead to it', async () => {
  const { stage, first, register, leadsTo } = await registered();
  assert.equal(first.lasting, 'sip:1008@pbx.example;gr=urn:uuid:f81d4fae-7dec');
  assert.match(first.passing!, /^sip:[\w-]{50,80}@pbx\.example;gr$/);
  stage.clock.advance(1000);
  const second = register();
  assert.equal(second.lasting, first.lasting);
  assert.notEqual(second.passing, first.passing);
  for (const uri of [first.lasting, first.passing, second.passing]) assert.equal(leadsTo(uri), HOME);
  await stage.close();
});

test('a temporary one ends with its Call-ID, and both end with the registration', async () => {
  const { stage, first, register, leadsTo } = await registered();
  const second = register({ callId: 'another' });
  assert.deepEqual([leadsTo(first.passing), leadsTo(second.passing)], [undefined, HOME]);
  stage.clock.advance(130_000);
  assert.deepEqual([leadsTo(second.passing), leadsTo(second.lasting)], [undefined, undefined]);
  const third = register({ callId: 'another' });
  assert.deepEqual([leadsTo(second.passing), leadsTo(third.lasting)], [undefined, HOME]);
  await stage.close();
});

/** A REGISTER that gets none. */
const NONE: [what: string, ask: Ask][] = [
  ['that does not support them', { headers: [] }],
  ['that does not say which phone it is', { contact: '<sip:a@192.0.2.7>' }],
  ['of a device that is to have none', { user: '1009' }],
  ['with a name that would end its quotes', { contact: '<sip:a@192.0.2.7>;+sip.instance="<urn:\\"x>"' }],
];

for (const [what, ask] of NONE) {
  test(`a REGISTER ${what} gets no GRUU`, async () => {
    const { stage, first } = await registered(ask);
    assert.deepEqual(first, { lasting: undefined, passing: undefined });
    await stage.close();
  });
}

/** URIs that lead nowhere. */
const NOWHERE = [
  'sip:1008@pbx.example',
  'sip:1008@pbx.example;gr',
  'sip:1008@pbx.example;gr=urn:uuid:other',
  'sip:nobody@pbx.example;gr=urn:uuid:f81d4fae-7dec',
  `sip:${'A'.repeat(64)}@pbx.example;gr`,
  `sip:${'A'.repeat(600)}@pbx.example;gr`,
  'sip:pbx.example;gr',
];

for (const uri of NOWHERE) {
  test(`${uri.slice(0, 60)} leads nowhere`, async () => {
    const { stage, leadsTo } = await registered();
    assert.equal(leadsTo(uri), undefined);
    await stage.close();
  });
}

test('the user of a GRUU is looked for up to 512 octets as they are written', async () => {
  const leads: boolean[] = [];
  for (const length of [56, 57]) {
    const stage = await SiteStage.of(
      `[general]\nsupportgruu=yes\n[${'€'.repeat(length)}]\ntype=friend\nhost=dynamic\n`,
    );
    const user = '%E2%82%AC'.repeat(length);
    const { lasting } = gruusOf(stage.ask({ user, contact: CONTACT, headers: [SUPPORTED] }));
    leads.push(stage.user.gruus.bindingOf(parseUri(lasting!)) !== undefined);
    await stage.close();
  }
  assert.deepEqual(leads, [true, false]);
});

test('one octet of a temporary GRUU that is another makes it none', async () => {
  const { stage, first, leadsTo } = await registered();
  const flipped = first.passing!.replace(/^sip:(.)/, (_, letter: string) => `sip:${letter === 'A' ? 'B' : 'A'}`);
  assert.equal(leadsTo(flipped), undefined);
  await stage.close();
});

test('a contact that is a GRUU of ours would lead back to itself and is refused', async () => {
  const { stage, first } = await registered();
  const line = stage.ask({ callId: 'x', contact: `<${first.lasting}>`, headers: [SUPPORTED] }).line;
  assert.equal(line, '403 Forbidden');
  await stage.close();
});

test('what a name holds that no URI may is escaped, and read back', async () => {
  const contact = '<sip:a@192.0.2.7>;+sip.instance="<urn:x;y#z>"';
  const { stage, first, leadsTo } = await registered({ contact });
  assert.equal(first.lasting, 'sip:1008@pbx.example;gr=urn:x%3By%23z');
  assert.equal(leadsTo(first.lasting), 'sip:a@192.0.2.7');
  await stage.close();
});
