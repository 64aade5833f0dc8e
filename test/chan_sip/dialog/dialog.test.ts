/** Dialogs alone: RFC 3261 §12. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialog } from '../../../modules/chan_sip/dialog/dialog.js';
import { DialogLayer, type DialogUser } from '../../../modules/chan_sip/dialog/layer.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';

interface Wish {
  readonly first?: string;
  readonly method?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cseq?: number;
  readonly more?: readonly string[];
  readonly callId?: string;
}

const ALICE = '"Alice" <sip:alice@a.example>;tag=a1';
const BOB = '<sip:bob@b.example>';

function message({
  method = 'INVITE',
  first = `${method} sip:bob@b.example SIP/2.0`,
  from = ALICE,
  to = BOB,
  cseq = 7,
  more = [],
  callId = 'c1',
}: Wish = {}): Message {
  const lines = [
    first,
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    `From: ${from}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
  ];
  const text = [...lines, `CSeq: ${cseq} ${method}`, ...more, 'Content-Length: 0', '', ''].join('\r\n');
  return parse(Buffer.from(text, 'latin1'));
}

const RECORDED = [
  'Record-Route: <sip:p1.example;lr>',
  'Record-Route: <sip:p2.example;lr>',
  'Contact: <sip:alice@192.0.2.1>',
];

test('of an INVITE: ours is To with our tag, theirs From, the target its Contact, the routes as they stand', () => {
  const dialog = Dialog.ofServer(message({ more: RECORDED }), 'b1');
  assert.deepEqual([dialog.callId, dialog.localTag, dialog.remoteTag, dialog.confirmed], ['c1', 'b1', 'a1', false]);
  const parts = dialog.request();
  assert.deepEqual(parts, {
    uri: 'sip:alice@192.0.2.1',
    routes: ['<sip:p1.example;lr>', '<sip:p2.example;lr>'],
    from: `${BOB};tag=b1`,
    to: ALICE,
    callId: 'c1',
    cseq: 102,
  });
  assert.deepEqual([dialog.request().cseq, dialog.localCSeq], [103, 103]);
  assert.equal(dialog.next, 'sip:p1.example;lr');
});

const ANSWER = { first: 'SIP/2.0 180 Ringing', to: `${BOB};tag=b1` };

test('of an answer: ours is From, theirs To, the routes are turned round', () => {
  const dialog = Dialog.ofClient(message({ ...ANSWER, more: RECORDED }), 'sip:bob@b.example');
  assert.deepEqual([dialog.localTag, dialog.remoteTag], ['a1', 'b1']);
  assert.deepEqual(dialog.request(), {
    uri: 'sip:alice@192.0.2.1',
    routes: ['<sip:p2.example;lr>', '<sip:p1.example;lr>'],
    from: ALICE,
    to: `${BOB};tag=b1`,
    callId: 'c1',
    cseq: 8,
  });
});

test('a final answer says anew which way it goes and where the other end is', () => {
  const dialog = Dialog.ofClient(message({ ...ANSWER, more: RECORDED }), 'sip:bob@b.example');
  dialog.confirm(message({ ...ANSWER, more: ['Record-Route: <sip:p9.example;lr>', 'Contact: <sip:bob@192.0.2.9>'] }));
  assert.equal(dialog.confirmed, true);
  assert.deepEqual([dialog.target, dialog.routes], ['sip:bob@192.0.2.9', ['<sip:p9.example;lr>']]);
});

const TARGETS: [contact: string, target: string][] = [
  ['Contact: <sip:alice@192.0.2.5:5070;transport=tcp>', 'sip:alice@192.0.2.5:5070;transport=tcp'],
  ['Contact: <sips:alice@192.0.2.5>', 'sips:alice@192.0.2.5'],
  ['Contact: <http://192.0.2.5>', 'sip:alice@a.example'],
  ['Contact: *', 'sip:alice@a.example'],
  ['Subject: none', 'sip:alice@a.example'],
  ['Contact: <sip:one@192.0.2.5>, <sip:two@192.0.2.6>', 'sip:one@192.0.2.5'],
];

for (const [contact, target] of TARGETS) {
  test(`the target of ${contact} is ${target}`, () => {
    assert.equal(Dialog.ofServer(message({ more: [contact] }), 'b1').target, target);
  });
}

test('a refresh moves the target, and one without a Contact leaves it', () => {
  const dialog = Dialog.ofServer(message({ more: RECORDED }), 'b1');
  dialog.refresh(message({ cseq: 8, more: ['Contact: <sip:alice@192.0.2.8>'] }));
  assert.equal(dialog.target, 'sip:alice@192.0.2.8');
  dialog.refresh(message({ cseq: 9 }));
  assert.equal(dialog.target, 'sip:alice@192.0.2.8');
});

test('a strict router gets the request as its own, the target stands last among the routes', () => {
  const more = [
    'Record-Route: <sip:strict.example>',
    'Record-Route: <sip:p2.example;lr>',
    'Contact: <sip:alice@192.0.2.1>',
  ];
  const { uri, routes } = Dialog.ofServer(message({ more }), 'b1').request();
  assert.deepEqual([uri, routes], ['sip:strict.example', ['<sip:p2.example;lr>', '<sip:alice@192.0.2.1>']]);
});

test('however many proxies record themselves, 16 are kept', () => {
  const more = Array.from({ length: 60 }, (_, at) => `Record-Route: <sip:p${at}.example;lr>`);
  assert.equal(Dialog.ofServer(message({ more }), 'b1').routes.length, 16);
});

const ORDER: [cseq: number, admitted: boolean][] = [
  [7, false],
  [6, false],
  [8, true],
  [8, false],
  [20, true],
  [9, false],
  [2_147_483_647, true],
];

test('a request is new when its CSeq is higher than all before', () => {
  const dialog = Dialog.ofServer(message({ cseq: 7 }), 'b1');
  for (const [cseq, admitted] of ORDER)
    assert.equal(dialog.admits(message({ method: 'INFO', cseq })), admitted, String(cseq));
  const ours = Dialog.ofClient(message(ANSWER), 'sip:bob@b.example');
  assert.equal(ours.admits(message({ method: 'INFO', cseq: 0 })), true, 'the first may be any');
});

const quiet: DialogUser = { request: () => undefined, acknowledged: () => undefined, honours: () => false };

const within = (wish: Wish = {}): Message => message({ method: 'BYE', to: `${BOB};tag=b1`, ...wish });

const FOUND: [what: string, wish: Wish, found: boolean][] = [
  ['its own', {}, true],
  ['without a To tag', { to: BOB }, false],
  ['of another Call-ID', { callId: 'c2' }, false],
  ['of another From tag', { from: '<sip:x@a.example>;tag=a2' }, false],
  ['of another To tag', { to: `${BOB};tag=b2` }, false],
  ['with the tags exchanged', { from: '<sip:x@a.example>;tag=b1', to: `${BOB};tag=a1` }, false],
  ['of another user in From and To', { from: '<sip:x@y.example>;tag=a1', to: '<sip:z@y.example>;tag=b1' }, true],
];

for (const [what, wish, found] of FOUND) {
  test(`a request ${what} is ${found ? '' : 'not '}of the dialog`, () => {
    const layer = new DialogLayer(10);
    const dialog = Dialog.ofServer(message(), 'b1');
    assert.equal(layer.find(within(wish)), undefined);
    assert.ok(layer.add(dialog, quiet));
    assert.equal(layer.find(within(wish))?.dialog, found ? dialog : undefined);
  });
}

test('there are so many dialogs and no more; one that goes makes room', () => {
  const layer = new DialogLayer(2);
  const dialogs = ['b1', 'b2', 'b3'].map(tag => Dialog.ofServer(message(), tag));
  assert.deepEqual(
    dialogs.map(dialog => layer.add(dialog, quiet)),
    [true, true, false],
  );
  layer.remove(dialogs[0]!);
  assert.deepEqual([layer.size, layer.has(dialogs[0]!), layer.has(dialogs[1]!)], [1, false, true]);
  assert.equal(layer.find(within()), undefined);
  assert.ok(layer.add(dialogs[2]!, quiet));
});

test('a dialog is named by Call-ID and tags, as Replaces does', () => {
  const layer = new DialogLayer(2);
  const dialog = Dialog.ofServer(message(), 'b1');
  layer.add(dialog, quiet);
  assert.equal(layer.named('c1', 'b1', 'a1'), dialog);
  assert.equal(layer.named('c1', 'a1', 'b1'), undefined);
});
