/** Which request repeats which: RFC 3261 §17.2.3, with RFC 2543's way for those without a branch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { BRANCH, layerOver, type ResponseKind, requestText, responseText } from '../../support/stage.js';

const VIA = { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: BRANCH, rport: true };
type Changes = Parameters<typeof requestText>[2];

/** Serves what is new and answers it with `kind`; returns the methods that were new. */
function heard(texts: readonly string[], kind: ResponseKind = '3xx+') {
  const stage = layerOver('udp');
  for (const text of texts) {
    const known = stage.requests.length;
    stage.receive(text);
    const request = stage.requests[known];
    if (request)
      stage.layer.serve(request, stage.wire)!.respond(kind === '2xx' ? 200 : 486, responseText(request, kind));
  }
  return { ...stage, methods: stage.tu.map(([, method]) => method) };
}

/** The same request with other words where RFC 3261 looks for the difference. */
const NEW: readonly [title: string, branch: string, changes: Changes][] = [
  ['another branch', 'z9hG4bK-2', {}],
  ['another host in the Via', BRANCH, { via: { ...VIA, host: '192.0.2.2' } }],
  ['another port in the Via', BRANCH, { via: { ...VIA, port: 5061 } }],
  ['no port in the Via', BRANCH, { via: { transport: 'UDP', host: '192.0.2.1', branch: BRANCH, rport: true } }],
];

for (const [title, branch, changes] of NEW) {
  test(`a request with ${title} is a new one`, () => {
    const { methods, layer } = heard([requestText('OPTIONS'), requestText('OPTIONS', branch, changes)]);
    assert.deepEqual(methods, ['OPTIONS', 'OPTIONS']);
    assert.equal(layer.size, 2);
    layer.close();
  });
}

test('a request of the same branch and sender is a repeat, whatever else it says', () => {
  const { methods, layer } = heard([
    requestText('OPTIONS'),
    requestText('OPTIONS', BRANCH, { callId: 'other', cseq: 7 }),
    requestText('OPTIONS', BRANCH, { via: { ...VIA, rport: false } }),
  ]);
  assert.deepEqual(methods, ['OPTIONS']);
  layer.close();
});

test('the host of the Via is compared in any case', () => {
  const via = (host: string) => ({ via: { ...VIA, host } });
  const texts = ['phone.example', 'PHONE.example'].map(host => requestText('OPTIONS', BRANCH, via(host)));
  const { methods, layer } = heard(texts);
  assert.deepEqual(methods, ['OPTIONS']);
  layer.close();
});

test('methods that share a branch are transactions of their own', () => {
  const { methods, layer } = heard([requestText('INVITE'), requestText('CANCEL'), requestText('CANCEL')]);
  assert.deepEqual(methods, ['INVITE', 'CANCEL']);
  assert.equal(layer.size, 2);
  layer.close();
});

/** What RFC 2543 tells requests apart by. */
const OLD: readonly [title: string, changes: Changes][] = [
  ['Request-URI', { uri: 'sip:200@pbx.example' }],
  ['To tag', { to: '<sip:100@pbx.example>;tag=x' }],
  ['From tag', { from: '<sip:alice@pbx.example>;tag=a2' }],
  ['Call-ID', { callId: 'call-2@192.0.2.1' }],
  ['CSeq', { cseq: 2 }],
  ['top Via', { via: { ...VIA, port: 5070 } }],
];

for (const branch of ['z9hG4bK', '1', ''] as const) {
  const marked = (changes: Changes): string => {
    const via = { ...VIA, ...changes?.via, branch };
    const text = requestText('OPTIONS', branch, { ...changes, via });
    return branch === '' ? text.replace(';branch=', '') : text;
  };
  for (const [title, changes] of OLD) {
    test(`with the branch '${branch}' a request of another ${title} is a new one`, () => {
      const { methods, layer } = heard([marked({}), marked(changes)]);
      assert.deepEqual(methods, ['OPTIONS', 'OPTIONS']);
      layer.close();
    });
  }
  test(`with the branch '${branch}' the same request is a repeat`, () => {
    const { methods, wire, layer } = heard([marked({}), marked({})]);
    assert.deepEqual([methods, wire.sent.length], [['OPTIONS'], 2]);
    layer.close();
  });
}

const old = (method: string, to?: string): string =>
  requestText(method, 'z9hG4bK', to === undefined ? {} : { to: `<sip:100@pbx.example>;tag=${to}` });

/** The To tag of an old INVITE, that of the ACK, and whether they belong together; the response to the first had the tag b1. */
const ACKS: readonly [invite: string | undefined, ack: string | undefined, matches: boolean][] = [
  [undefined, 'b1', true],
  [undefined, 'forged', false],
  [undefined, undefined, true],
  ['theirs', 'theirs', true],
  ['theirs', 'b1', false],
];

for (const [invite, ack, matches] of ACKS) {
  test(`an RFC 2543 ACK with the To tag ${ack} ${matches ? 'ends' : 'is nothing to'} an INVITE with ${invite}`, () => {
    const { layer, methods, clock, left } = heard([old('INVITE', invite), old('ACK', ack)]);
    assert.deepEqual(methods, ['INVITE']);
    assert.deepEqual([layer.rows()[0]!.state, layer.counters.strayAcks], matches ? ['confirmed', 0] : ['completed', 1]);
    clock.advance(32_000);
    left();
  });
}

test('an RFC 2543 CANCEL finds its INVITE', () => {
  const { layer } = heard([old('INVITE')]);
  assert.equal(layer.findInvite(parse(old('CANCEL')))?.state, 'completed');
  assert.equal(layer.findInvite(parse(old('CANCEL', 'other'))), undefined);
  layer.close();
});
