/** Everything but REGISTER: who is asked for a password, and what a dialplan without an extension answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ask, type Login, SiteStage, SOURCE } from './site-stage.js';

const DEVICES = `
[phone](!)
type=friend
host=dynamic
context=internal
[1008](phone)
secret=pass1008
mailbox=1008@default
[1009](phone)
secret=pass1009
allowsubscribe=no
[open](phone)
[easy](phone)
secret=passeasy
insecure=invite
[denied](phone)
secret=passdenied
deny=192.0.2.0/24
[callee]
type=peer
host=dynamic
secret=passcallee
[gateway]
type=peer
host=192.0.2.40
port=5070
secret=passgateway
context=from-gateway
[stream]
type=peer
host=192.0.2.42
transport=tcp
context=from-stream
[trunk]
type=peer
host=192.0.2.41
insecure=port,invite
context=from-trunk
`;
const stageOf = (general = 'allowguest=no') => SiteStage.of(`[general]\n${general}\n${DEVICES}`);

const SDP = { headers: ['Content-Type: application/sdp'], body: 'v=0\r\n' };
const TEXT = { headers: ['Content-Type: text/plain'], body: 'hello' };
const uri = 'sip:600@pbx.example';

/** A request from a stranger where guests may not call, and the one answer to it. */
const ANSWERS: [ask: Ask, line: string][] = [
  [{ method: 'OPTIONS' }, '200 OK'],
  [{ method: 'OPTIONS', uri: 'nobodyKnows:this' }, '416 Unsupported URI scheme'],
  [{ method: 'OPTIONS', uri: 'tel:+123' }, '200 OK'],
  [{ method: 'OPTIONS', headers: ['Require: foo, timer', 'Require: bar'] }, '420 Bad extension (unsupported)'],
  [{ method: 'INVITE', uri, ...SDP }, '401 Unauthorized'],
  [{ method: 'INVITE', uri, headers: ['Require: replaces'] }, '401 Unauthorized'],
  [{ method: 'INVITE', uri, headers: ['Require: 100rel'] }, '420 Bad extension (unsupported)'],
  [{ method: 'INVITE', uri, headers: ['Replaces: x;to-tag=1;from-tag=2'] }, '481 Call Leg Does Not Exist (Replaces)'],
  [{ method: 'MESSAGE', uri, ...TEXT }, '401 Unauthorized'],
  [{ method: 'MESSAGE', uri, ...SDP }, '415 Unsupported Media Type'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: presence'] }, '401 Unauthorized'],
  [{ method: 'SUBSCRIBE', uri }, '489 Bad Event'],
  [{ method: 'NOTIFY', headers: ['Event: keep-alive'] }, '200 OK'],
  [{ method: 'NOTIFY', headers: ['Event: message-summary'] }, '489 Bad event'],
  [{ method: 'PUBLISH', headers: ['Event: presence'] }, '489 Bad Event'],
  [{ method: 'REFER', headers: ['Refer-To: <sip:1@pbx.example>'] }, '603 Declined (No dialog)'],
  [{ method: 'BYE' }, '481 Call leg/transaction does not exist'],
  [{ method: 'INFO' }, '481 Call leg/transaction does not exist'],
  [{ method: 'PRACK' }, '481 Call leg/transaction does not exist'],
  [{ method: 'UPDATE' }, '481 Call leg/transaction does not exist'],
  [{ method: 'CANCEL' }, '481 Call leg/transaction does not exist'],
  [{ method: 'CANCEL', headers: ['Require: foo'] }, '481 Call leg/transaction does not exist'],
  [{ method: 'FOO', headers: ['Require: foo'] }, '501 Method Not Implemented'],
];

for (const [ask, line] of ANSWERS) {
  test(`${ask.method} ${ask.uri ?? ''} ${ask.headers?.join(' ') ?? ''} gets ${line}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.ask({ user: 'stranger', ...ask }).line, line);
    assert.equal(stage.transactions.size, 0);
    await stage.close();
  });
}

/** A request with credentials, and the answer. */
const ADMITTED: [ask: Ask, line: string, login?: Login][] = [
  [{ method: 'INVITE', uri, ...SDP }, '404 Not Found'],
  [{ method: 'INVITE', uri, ...SDP, user: 'open' }, '404 Not Found'],
  [{ method: 'INVITE', uri, ...SDP, user: 'easy' }, '404 Not Found'],
  [{ method: 'INVITE', uri, ...SDP }, '403 Forbidden', { secret: 'no' }],
  [{ method: 'INVITE', uri, ...SDP }, '403 Forbidden', { name: '1009', secret: 'pass1009' }],
  [{ method: 'INVITE', uri, ...SDP, user: 'nobody' }, '403 Forbidden'],
  [{ method: 'INVITE', uri, ...SDP, user: 'callee' }, '403 Forbidden'],
  [{ method: 'INVITE', uri, headers: ['Content-Type: application/unknown'], body: 'x' }, '415 Unsupported Media Type'],
  [{ method: 'INVITE', uri, headers: ['Accept: text/plain'] }, '406 Not Acceptable'],
  [{ method: 'INVITE', uri: 'isbn:123' }, '416 Unsupported URI scheme'],
  [{ method: 'MESSAGE', uri, ...TEXT }, '404 Not Found'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: presence'] }, '404 Not Found'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: dialog;id=1'] }, '404 Not Found'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: foo'] }, '489 Bad Event'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: presence'], user: '1009' }, '403 Forbidden (policy)'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: message-summary'], user: 'open' }, '404 Not found (no mailbox)'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: message-summary', 'Accept: text/plain'] }, '406 Not Acceptable'],
  [{ method: 'SUBSCRIBE', uri, headers: ['Event: foo'], user: 'callee' }, '489 Bad Event'],
];

for (const [ask, line, login] of ADMITTED) {
  const from = ask.user ?? '1008';
  test(`${ask.method} ${ask.headers?.[0] ?? ''} from ${from}${login ? ' with wrong credentials' : ''} gets ${line}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login(ask, login).line, line);
    await stage.close();
  });
}

test('OPTIONS tells where we are and what we take, the same to everybody', async () => {
  const stage = await stageOf();
  const answer = (user: string) =>
    stage.ask({ method: 'OPTIONS', user, cseq: 1 }).text.replaceAll(user, 'NAME').slice(0, -2);
  assert.match(answer('1008'), /\r\nContact: <sip:192\.0\.2\.1>\r\nAccept: application\/sdp\r\nContent-Length: 0\r\n$/);
  assert.equal(answer('nobody'), answer('1008'));
  await stage.close();
});

test('auth_options_requests asks for a password', async () => {
  const stage = await stageOf('allowguest=no\nauth_options_requests=yes');
  assert.equal(stage.ask({ method: 'OPTIONS' }).status, 401);
  assert.equal(stage.login({ method: 'OPTIONS', callId: 'c2' }).status, 200);
  await stage.close();
});

test('420 lists what is not supported, behind a Date', async () => {
  const stage = await stageOf();
  const { text } = stage.ask({ method: 'INVITE', headers: ['Require: foo, timer', 'Require: bar'] });
  assert.match(text, /\r\nDate: [^\r]+\r\nUnsupported: foo, bar\r\nContent-Length: 0\r\n\r\n$/);
  await stage.close();
});

test('420 says back no more than 512 octets of what is required, in whole tags where it can', async () => {
  const stage = await stageOf();
  const many = (line: number) => Array.from({ length: 300 }, (_, at) => `tag-${1000 + 300 * line + at}`).join();
  for (const [required, said] of [
    [Array.from({ length: 20 }, (_, line) => many(line)), /^tag-1000, tag-1001.*, tag-1050$/],
    [['x'.repeat(8000)], /^x{512}$/],
    [[`a, ${'x'.repeat(600)}`], /^a$/],
  ] as const) {
    const { text } = stage.ask({ method: 'OPTIONS', headers: required.map(tags => `Require: ${tags}`) });
    assert.match(/\r\nUnsupported: ([^\r]*)\r\n/.exec(text)![1]!, said);
    assert.ok(text.length < 1000, `${text.length}`);
  }
  await stage.close();
});

test('a call to an extension that is not there is logged for ban tools, and repeated until it is acknowledged', async () => {
  const stage = await stageOf();
  const ask = { method: 'INVITE', uri: "sip:9'00@pbx.example", ...SDP };
  const refused = stage.login(ask);
  assert.equal(
    stage.stage.lines.at(-1),
    "notice: Call from '1008' (192.0.2.7:5062) to extension '9\\x2700' rejected because extension not found in context 'internal'.",
  );
  assert.equal(stage.transactions.size, 1);
  const before = stage.sent().length;
  stage.clock.advance(1500);
  assert.deepEqual(
    stage
      .sent()
      .slice(before)
      .map(({ line }) => line),
    ['404 Not Found', '404 Not Found'],
  );
  const branch = /branch=(\w+)/.exec(refused.text)![1]!;
  const ack = stage.request({ ...ask, method: 'ACK', cseq: Number(refused.header('CSeq')!.split(' ')[0]) });
  stage.receive(ack.replace(/branch=\w+/, `branch=${branch}`).replace(/^To: .*\r$/m, `To: ${refused.header('To')}\r`));
  stage.clock.advance(32_000);
  assert.equal(stage.transactions.size, 0);
  assert.equal(stage.sent().length, before + 2);
  await stage.close();
});

test('a CANCEL of a call that has been refused is answered and changes nothing', async () => {
  const stage = await stageOf();
  const refused = stage.login({ method: 'INVITE', uri, ...SDP });
  const branch = /branch=(\w+)/.exec(refused.text)![1]!;
  const cseq = Number(refused.header('CSeq')!.split(' ')[0]);
  const [answer] = stage.receive(
    stage.request({ method: 'CANCEL', uri, cseq }).replace(/branch=\w+/, `branch=${branch}`),
  );
  assert.equal(answer!.line, '200 OK');
  await stage.close();
});

/** Where a call of a stranger's name comes from, and whose context it gets. */
const SOURCES: [source: Ask['source'], from: string, context: string][] = [
  [{ address: '192.0.2.41', port: 5060 }, 'trunk', 'from-trunk'],
  [{ address: '192.0.2.41', port: 40_000 }, 'trunk', 'from-trunk'],
  [{ address: '192.0.2.40', port: 40_000 }, '', 'default'],
  [{ address: '192.0.2.42', port: 5060 }, '', 'default'],
  [SOURCE, '', 'default'],
];

for (const [source, peer, context] of SOURCES) {
  test(`a call from ${source!.address}:${source!.port} is ${peer || 'a guest'}'s`, async () => {
    const stage = await stageOf('allowguest=yes\ntcpenable=yes');
    assert.equal(stage.ask({ method: 'INVITE', user: 'x', uri, ...SDP, source: source! }).line, '404 Not Found');
    const { address, port } = source!;
    assert.equal(
      stage.stage.lines.at(-1),
      `notice: Call from '${peer}' (${address}:${port}) to extension '600' rejected because extension not found in context '${context}'.`,
    );
    assert.equal(stage.transactions.size, 0, 'nothing is kept of a call that proved nothing');
    await stage.close();
  });
}

test('a device that is known by its address is asked for its password', async () => {
  const stage = await stageOf('allowguest=yes');
  const ask = { method: 'INVITE', user: 'x', uri, ...SDP, source: { address: '192.0.2.40', port: 5070 } };
  assert.equal(stage.ask(ask).status, 401);
  assert.equal(stage.login({ ...ask, callId: 'c2' }, { name: 'gateway', secret: 'passgateway' }).line, '404 Not Found');
  await stage.close();
});

test('match_auth_username looks for the device that the credentials name', async () => {
  const stage = await stageOf('allowguest=no\nmatch_auth_username=yes');
  const ask = { method: 'INVITE', user: 'x', uri, ...SDP };
  assert.equal(stage.login(ask, { name: '1008', secret: 'pass1008' }).line, '404 Not Found');
  await stage.close();
});

test('a call to a foreign domain is refused where external domains are not allowed', async () => {
  const stage = await stageOf('domain=pbx.example,inner\nallowexternaldomains=no\nallowguest=yes');
  const call = (uri: string) => stage.ask({ method: 'INVITE', user: 'x', uri, ...SDP }).line;
  assert.equal(call('sip:600@elsewhere.example'), '403 Forbidden');
  assert.equal(call('sip:600@PBX.example'), '404 Not Found');
  assert.match(stage.stage.lines.at(-1)!, /in context 'inner'\.$/);
  await stage.close();
});

/** Methods, and what a To tag of a dialog that we do not have gets. */
for (const [method, line] of [
  ['INVITE', '481 Call/Transaction Does Not Exist'],
  ['OPTIONS', '481 Call/Transaction Does Not Exist'],
  ['MESSAGE', '481 Call/Transaction Does Not Exist'],
  ['SUBSCRIBE', '481 Subscription does not exist'],
  ['BYE', '481 Call leg/transaction does not exist'],
]) {
  test(`${method} within a dialog that we do not have gets ${line} and keeps its tag`, async () => {
    const stage = await stageOf();
    const text = stage
      .request({ method: method!, headers: ['Event: presence'] })
      .replace(/^(To: .*)\r$/m, '$1;tag=theirs\r');
    const [answer] = stage.receive(text);
    assert.equal(answer!.line, line);
    assert.match(answer!.header('To')!, /;tag=theirs$/);
    await stage.close();
  });
}

test('a request without a From tag is dropped', async () => {
  const stage = await stageOf();
  assert.deepEqual(stage.receive(stage.request().replace(';tag=f1', '')), []);
  await stage.close();
});

test('the same devices, known and unknown, in a call: 401, then 403, byte by byte', async () => {
  const stage = await stageOf();
  const walk = (user: string): string[] => {
    const ask = { method: 'INVITE', user, uri, ...SDP, cseq: 7, callId: 'same' };
    const first = stage.ask(ask);
    const second = stage.ask(stage.answered(first, ask, { secret: 'guess' }));
    return [first, second].map(({ text }) => text.replaceAll(user, 'NAME').replace(/nonce="[0-9a-f]+"/, 'nonce="N"'));
  };
  const known = walk('1008');
  assert.deepEqual(
    known.map(text => text.slice(8, 11)),
    ['401', '403'],
  );
  for (const user of ['nobody', 'denied', 'callee']) assert.deepEqual(walk(user), known, user);
  await stage.close();
});

test('security events of a call name the caller while he is asked, and then whom he calls', async () => {
  const stage = await stageOf();
  stage.login({ method: 'INVITE', uri, ...SDP });
  stage.login({ method: 'INVITE', uri, ...SDP, callId: 'c2' }, { secret: 'no' });
  stage.login({ method: 'MESSAGE', uri, ...TEXT, callId: 'c3' });
  assert.deepEqual(
    stage.stage.facts('security').map(({ kind, account }) => [kind, account]),
    [
      ['ChallengeSent', 'sip:1008@pbx.example'],
      ['SuccessfulAuth', '600'],
      ['FailedACL', '600'],
      ['ChallengeSent', 'sip:1008@pbx.example'],
      ['InvalidPassword', '600'],
    ],
  );
  await stage.close();
});

test('a copy of a call that came by another way gets 482 while the first is served', async () => {
  const stage = await stageOf();
  const refused = stage.login({ method: 'INVITE', uri, ...SDP });
  const cseq = Number(refused.header('CSeq')!.split(' ')[0]);
  const copy = { method: 'INVITE', uri, ...SDP, cseq, via: '192.0.2.7:5062;branch=z9hG4bKother;rport' };
  assert.equal(stage.ask(copy).line, '482 (Loop Detected)');
  stage.clock.advance(32_000);
  assert.equal(stage.ask(copy).line, '401 Unauthorized');
  await stage.close();
});

test('a contact that points at ourselves: what we ask comes back once, and our answer ends it', async () => {
  const stage = await SiteStage.of('[general]\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\nqualify=yes\n');
  const ourselves = { address: '192.0.2.1', port: 5060 };
  stage.login({ contact: '<sip:1008@192.0.2.1:5060>', via: '192.0.2.7:5062;branch=z9hG4bK1' });
  stage.clock.advance(400);
  const asked = stage.sent(ourselves);
  assert.deepEqual(
    asked.map(({ text }) => text.slice(0, 7)),
    ['OPTIONS'],
  );
  const [answer, ...more] = stage.receive(asked[0]!.text, ourselves);
  assert.deepEqual([answer!.line, answer!.to, more], ['200 OK', ourselves, []]);
  assert.deepEqual(stage.receive(answer!.text, ourselves), []);
  assert.equal(stage.peers.get('1008')!.online, true);
  stage.clock.advance(32_000);
  assert.equal(stage.transactions.size, 0);
  await stage.close();
});

test('a request that may go no further has come to its end, and is answered', async () => {
  const stage = await stageOf();
  assert.equal(stage.ask({ method: 'OPTIONS', headers: ['Max-Forwards: 0'] }).line, '200 OK');
  await stage.close();
});

/** Requests to a domain that is not ours, by method, where only ours are served. */
for (const [method, line] of [
  ['INVITE', '403 Forbidden'],
  ['MESSAGE', '403 Forbidden'],
  ['SUBSCRIBE', '403 Forbidden'],
  ['OPTIONS', '403 Forbidden'],
] as const) {
  test(`${method} to a foreign domain gets ${line} where external domains are not allowed`, async () => {
    for (const [domains, hosts, foreign] of [
      ['domain=ours.example', ['ours.example', 'OURS.example'], 'pbx.example'],
      ['autodomain=yes\nudpbindaddr=192.0.2.1', ['pbx.example', '192.0.2.1'], 'ours.example'],
    ] as const) {
      const stage = await stageOf(`${domains}\nallowexternaldomains=no\nallowguest=yes\nauth_message_requests=no`);
      const headers = method === 'SUBSCRIBE' ? ['Event: presence'] : TEXT.headers;
      const ask = (host: string) =>
        stage.ask({ method, user: 'x', uri: `sip:600@${host}`, ...(method === 'INVITE' ? SDP : { headers }) });
      assert.equal(ask(foreign).line, line);
      for (const host of hosts) assert.notEqual(ask(host).line, line);
      await stage.close();
    }
  });
}
