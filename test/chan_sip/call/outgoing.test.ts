/** Calls to phones, over a real socket: the INVITE, and what becomes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { decode } from '../../../modules/chan_sip/message/octets.js';
import { SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';
import { dial, PHONES, registered } from './outgoing-stage.js';

const names = (message: Message): string[] =>
  message.text
    .split('\r\n')
    .slice(1)
    .filter(line => line !== '')
    .map(line => line.split(':')[0]!);

test('the INVITE, header by header; ringing, the answer, and a BYE of ours', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const call = await dial(stack, '1008');
  assert.equal(call.channel.name, 'SIP/1008-00000000');
  assert.deepEqual(call.channel.position, { context: 'internal', extension: '', priority: 1 });
  const invite = await phone.expect('INVITE');
  assert.deepEqual(names(invite), [
    ...['Via', 'Max-Forwards', 'From', 'To', 'Contact', 'Call-ID', 'CSeq', 'User-Agent', 'Date', 'Allow', 'Supported'],
    ...['Content-Type', 'Content-Length'],
  ]);
  const { port } = stack.stack.local;
  assert.equal(invite.uri, phone.contact.slice(1, -1));
  assert.match(invite.header('From')!, new RegExp(`^"Alice" <sip:1008@127\\.0\\.0\\.1:${port}>;tag=as[0-9a-f]{8}$`));
  assert.deepEqual(
    [invite.header('To'), invite.header('Contact'), invite.header('CSeq')],
    [phone.contact, `<sip:1008@127.0.0.1:${port}>`, '102 INVITE'],
  );
  assert.equal(call.channel.variables.get('SIPCALLID'), invite.callId);
  assert.match(invite.callId, new RegExp(`^[0-9a-f]{32}@127\\.0\\.0\\.1:${port}$`));
  phone.answer(invite, 100, 'Trying');
  phone.answer(invite, 180, 'Ringing');
  await stack.until(() => call.channel.state === 'Ringing');
  phone.answer(invite, 200, 'OK', { body: SDP });
  const ack = await phone.expect('ACK');
  assert.deepEqual(names(ack), [
    'Via',
    'Max-Forwards',
    'From',
    'To',
    'Contact',
    'Call-ID',
    'CSeq',
    'User-Agent',
    'Content-Length',
  ]);
  assert.equal(ack.header('CSeq'), '102 ACK');
  assert.deepEqual(call.events, ['proceeding', 'ringing', 'answered']);
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  call.channel.end(16);
  const bye = await phone.expect('BYE');
  assert.deepEqual([bye.header('CSeq'), bye.header('X-Asterisk-HangupCauseCode')], ['103 BYE', '16']);
  phone.answer(bye, 200, 'OK');
});

test('the phone that was called ends it', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  phone.answer(invite, 200, 'OK', { body: SDP });
  await phone.expect('ACK');
  phone.within(phone.calledIn(invite), 'BYE');
  await phone.expect('200 BYE');
  assert.deepEqual(events, ['answered', 'hangup 16']);
  channel.end();
});

const NOBODY: [to: string, cause: number][] = [
  ['nobody', 20],
  ['1008', 20],
  ['5551234', 20],
  ['100@nobody', 20],
];

for (const [to, cause] of NOBODY) {
  test(`SIP/${to}, which is not there or not registered: cause ${cause}`, async () => {
    await using stack = await CallStack.of(PHONES, {});
    assert.deepEqual(await stack.channels.request(`SIP/${to}`, {}), { cause });
  });
}

const REFUSALS: [status: number, cause: number][] = [
  ...([401, 403, 407, 603] as const).map((status): [number, number] => [status, 21]),
  ...([404, 485, 604] as const).map((status): [number, number] => [status, 1]),
  [408, 18],
  [410, 22],
  [480, 19],
  [484, 28],
  [486, 17],
  [600, 17],
  [488, 58],
  [500, 38],
  [501, 29],
  [502, 27],
  [503, 34],
  [504, 102],
  [422, 127],
  [300, 17],
];

test('refusals become causes, and are acknowledged', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  for (const [status, cause] of REFUSALS) {
    const { channel, events } = await dial(stack, '1008');
    const invite = await phone.expect('INVITE');
    phone.answer(invite, status, 'No');
    await phone.expect('ACK');
    assert.deepEqual(events, [`hangup ${cause}`], String(status));
    channel.end();
    stack.clock.advance(40_000);
  }
});

test('AST-2020-002: challenges without end are given up', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  let challenges = 0;
  for (;;) {
    const message = await phone.next();
    if (message.method === 'ACK') {
      if (events.length > 0) break;
      continue;
    }
    challenges += 1;
    assert.ok(challenges < 10);
    const asked = `Digest realm="r", nonce="n${challenges}", stale=true, algorithm=MD5`;
    phone.answer(message, 401, 'Unauthorized', { headers: [`WWW-Authenticate: ${asked}`] });
  }
  assert.ok(challenges <= 4, String(challenges));
  assert.deepEqual(events, ['hangup 21']);
  channel.end();
});

test('a challenge is answered, with the next CSeq and the same Call-ID and tag', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  const first = await phone.expect('INVITE');
  phone.answer(first, 407, 'Proxy Authentication Required', {
    headers: ['Proxy-Authenticate: Digest realm="r", nonce="abc", algorithm=MD5'],
  });
  await phone.expect('ACK');
  const second = await phone.expect('INVITE');
  assert.match(second.header('Proxy-Authorization')!, /username="1008", realm="r"/);
  assert.deepEqual(
    [second.callId, second.header('From'), second.cseq.number],
    [first.callId, first.header('From'), first.cseq.number + 1],
  );
  phone.answer(second, 200, 'OK', { body: SDP });
  assert.match((await phone.expect('ACK')).header('Proxy-Authorization')!, /nonce="abc"/);
  assert.deepEqual(events, ['answered']);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('nobody answers: after timer B the cause is 18', async () => {
  await using stack = await CallStack.of(PHONES, {});
  await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  stack.clock.advance(31_999);
  assert.deepEqual(events, []);
  stack.clock.advance(1);
  assert.deepEqual(events, ['hangup 18']);
  channel.end();
});

test('a redirection is an extension of ours, and nobody follows it here: busy', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel, events } = await dial(stack, '1008');
  phone.answer(await phone.expect('INVITE'), 302, 'Moved', { headers: ['Contact: <sip:600@evil.example>'] });
  await phone.expect('ACK');
  assert.deepEqual(events, ['forwarded Local/600@internal', 'hangup 17']);
  channel.end();
});

test('From has the name of who calls, no name where there is a number alone, and ours where there is neither', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  for (const [number, name, wanted] of [
    ['4711', 'Al "x"', '"Al \\"x\\"" <sip:4711@'],
    ['4711', undefined, '<sip:4711@'],
    [undefined, undefined, '"asterisk" <sip:asterisk@'],
    [undefined, 'Al', '"Al" <sip:asterisk@'],
  ] as const) {
    const { channel } = await dial(stack, '1008', {}, made => {
      made.connected = { number, name, presentation: 'allowed_not_screened' };
    });
    const invite = await phone.expect('INVITE');
    assert.equal(invite.header('From')!.slice(0, wanted.length), wanted);
    phone.answer(invite, 486, 'Busy Here');
    await phone.expect('ACK');
    channel.end();
  }
});

const PORTS = `${PHONES}[plain](phone)
host=192.0.2.9
[port](phone)
host=192.0.2.9
port=5060
[beside](phone)
host=192.0.2.9:5071
[numbers](phone)
host=192.0.2.9
usereqphone=yes
defaultuser=4711
`;

test('the target names the port that the file, or the contact, names, no transport, and what is a number with usereqphone', async () => {
  await using stack = await CallStack.of(PORTS, {});
  const phone = await registered(stack, '1008');
  const { port } = phone.line.endpoint;
  for (const [to, wanted] of [
    ['100@plain', 'sip:100@192.0.2.9'],
    ['100@port', 'sip:100@192.0.2.9:5060'],
    ['100@beside', 'sip:100@192.0.2.9:5071'],
    ['+49100@numbers', 'sip:+49100@192.0.2.9;user=phone'],
    ['*98@numbers', 'sip:*98@192.0.2.9'],
    ['numbers', 'sip:4711@192.0.2.9;user=phone'],
    ['1008/100', `sip:100@127.0.0.1:${port}`],
  ] as const) {
    const { channel } = await dial(stack, `${to}//127.0.0.1:${port}`);
    const invite = await phone.expect('INVITE');
    assert.equal(invite.uri, wanted);
    phone.answer(invite, 486, 'Busy Here');
    await phone.expect('ACK');
    channel.end();
  }
});

test('direct to a host, with an extension, another From and headers of the dialplan', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await stack.phone('somebody');
  const { port } = phone.line.endpoint;
  const { channel } = await dial(stack, `100@127.0.0.1:${port}!!4711@pbx.example`, {}, made => {
    made.set('__SIPADDHEADER01', 'X-One: 1');
    made.set('SIPADDHEADER02', 'Via: never');
    made.set('SIP_MAX_FORWARDS', '7');
    made.set('VXML_URL', 'voicexml=http://x/\r\n<>');
  });
  const invite = await phone.expect('INVITE');
  assert.equal(invite.uri, `sip:100@127.0.0.1:${port}`);
  assert.equal(invite.header('To'), `<sip:100@127.0.0.1:${port}>;voicexml=http://x/`);
  assert.match(invite.header('From')!, /^"Alice" <sip:4711@pbx\.example>;tag=/);
  assert.deepEqual(
    [invite.header('X-One'), invite.headers('Via').length, invite.header('Max-Forwards')],
    ['1', 1, '7'],
  );
  phone.answer(invite, 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});

test('AST-2011-001: a caller of a thousand characters leaves an INVITE that can be read', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008', {}, made => {
    made.connected = { number: '"<>;é'.repeat(200), name: '\\"\r\nX: y'.repeat(200), presentation: 'allowed' };
  });
  const invite = await phone.expect('INVITE');
  assert.ok(invite.header('From')!.length < 1000);
  assert.equal(invite.header('X'), undefined);
  phone.answer(invite, 603, 'Declined');
  await phone.expect('ACK');
  channel.end();
});

test('a long name goes out in whole letters', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008', {}, made => {
    made.connected = { number: '1009', name: `x${'é'.repeat(200)}`, presentation: 'allowed' };
  });
  const invite = await phone.expect('INVITE');
  assert.equal(decode(invite.from.display ?? ''), `x${'é'.repeat(63)}`);
  phone.answer(invite, 603, 'Declined');
  await phone.expect('ACK');
  channel.end();
});

test('who wants not to be known is anonymous', async () => {
  await using stack = await CallStack.of(
    PHONES.replace('[1008](phone)', '[1008](phone)\nsendrpid=pai\ntrust_id_outbound=yes'),
    {},
  );
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008', {}, made => {
    made.connected = { number: '1008', name: 'Alice', presentation: 'prohib_not_screened' };
  });
  const invite = await phone.expect('INVITE');
  assert.match(invite.header('From')!, /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
  assert.match(invite.header('P-Asserted-Identity')!, /^"Alice" <sip:1008@/);
  assert.equal(invite.header('Privacy'), 'id');
  phone.answer(invite, 603, 'Declined');
  await phone.expect('ACK');
  channel.end();
});

const TRUNKS: readonly [what: string, lines: string, from: RegExp, contact: RegExp][] = [
  ['', '', /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/, /^<sip:anonymous@/],
  [' whose account is named by fromuser', 'fromuser=trunk', /^"Anonymous" <sip:trunk@[\d.:]+>;tag=/, /^<sip:trunk@/],
];

for (const [what, lines, from, contact] of TRUNKS) {
  test(`no header tells a device that is not trusted${what} who it is that wants not to be known`, async () => {
    await using stack = await CallStack.of(PHONES.replace('[1009](phone)', `[1009](phone)\n${lines}`), {});
    const phone = await registered(stack, '1009');
    const { channel } = await dial(stack, '1009', {}, made => {
      made.connected = { number: '5551234', name: 'Alice', presentation: 'prohib_not_screened' };
    });
    const invite = await phone.expect('INVITE');
    assert.match(invite.header('From')!, from);
    assert.match(invite.header('Contact')!, contact);
    assert.doesNotMatch(invite.text, /5551234|Alice/);
    phone.answer(invite, 603, 'Declined');
    await phone.expect('ACK');
    channel.end();
  });
}

test('AST-2011-007: a Contact that is no URI in a 200 is taken for none: requests go to the URI that was called', async () => {
  await using stack = await CallStack.of(PHONES, {});
  const phone = await registered(stack, '1008');
  const { channel } = await dial(stack, '1008');
  const invite = await phone.expect('INVITE');
  const lines = ['Contact: <<<no uri', 'Content-Type: application/sdp', `Content-Length: ${SDP.length}`];
  phone.send(
    `SIP/2.0 200 OK\r\nVia: ${invite.via.text}\r\nFrom: ${invite.header('From')}\r\nTo: ${invite.header('To')};tag=x\r\n` +
      `Call-ID: ${invite.callId}\r\nCSeq: 102 INVITE\r\n${lines.join('\r\n')}\r\n\r\n${SDP}`,
  );
  assert.equal((await phone.expect('ACK')).uri, invite.uri);
  channel.end();
  phone.answer(await phone.expect('BYE'), 200, 'OK');
});

test('who is called is whom the device is said to be, from the start', async () => {
  const bob = '[bob](phone)\nsecret=passbob\ncallerid="Bob B." <2002>\ncallingpres=prohib\ncid_tag=desk\n';
  await using stack = await CallStack.of(`${PHONES}${bob}`, {});
  const heard: unknown[] = [];
  stack.stage.events.on('channelCreated', ({ channel: { caller } }) => void heard.push(caller));
  const phone = await registered(stack, 'bob');
  const { channel } = await dial(stack, 'bob');
  assert.deepEqual(heard.at(-1), { number: '2002', name: 'Bob B.', presentation: 'prohib', tag: 'desk' });
  phone.answer(await phone.expect('INVITE'), 486, 'Busy Here');
  await phone.expect('ACK');
  channel.end();
});
