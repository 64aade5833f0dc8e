/** The registrar: its checks in their order, what it answers, and what it tells of that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONF, EXPIRES, PLAIN, stageOf } from './registrar-stage.js';
import { type Ask, type Login, SiteStage, SOURCE } from './site-stage.js';

test('a phone registers: 401 with a nonce, then 200 with what it was granted, both with one To tag', async () => {
  const stage = await stageOf();
  const first = stage.ask(EXPIRES);
  assert.equal(first.line, '401 Unauthorized');
  assert.match(first.header('WWW-Authenticate')!, /^Digest algorithm=MD5, realm="asterisk", nonce="[0-9a-f]{39}"$/);
  const done = stage.ask(stage.answered(first, EXPIRES));
  assert.equal(done.line, '200 OK');
  assert.equal(done.header('To'), first.header('To'));
  assert.equal(done.header('Expires'), '300');
  assert.equal(done.header('Contact'), '<sip:1008@192.0.2.7:5062>;expires=300');
  assert.equal(done.header('Date'), 'Sun, 22 Nov 2026 12:00:00 GMT');
  await stage.close();
});

/** What is asked, and what comes at last: with alwaysauthreject, and without. */
const REFUSED: [what: string, ask: Ask, login: Login, hidden: string, plain: string, reason: string | undefined][] = [
  ['a wrong password', {}, { secret: 'no' }, '403 Forbidden', '403 Forbidden', 'Wrong password'],
  ['an unknown name', { user: 'nobody' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  ['a name in other letters', { user: 'OPEN' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  ['a device of type user', { user: 'caller' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  [
    'a device with a fixed address',
    { user: 'fixed' },
    {},
    '403 Forbidden',
    '403 Forbidden',
    'Peer is not supposed to register',
  ],
  ['a denied address', { user: 'denied' }, {}, '403 Forbidden', '404 Not found', 'Device does not match ACL'],
  [
    'credentials of another device',
    {},
    { name: '1009', secret: 'pass1009' },
    '403 Forbidden',
    '404 Not found',
    'Username/auth name mismatch',
  ],
  [
    "a transport that is not the device's",
    { user: 'tcponly' },
    {},
    '403 Forbidden',
    '403 Forbidden',
    'Device not configured to use this transport type',
  ],
];

for (const [what, ask, login, hidden, plain, reason] of REFUSED) {
  for (const [conf, line] of [
    [CONF, hidden],
    [PLAIN, plain],
  ] as const) {
    test(`${what} gets ${line}${conf === PLAIN ? ' where alwaysauthreject is off' : ''}, and the log says why`, async () => {
      const stage = await SiteStage.of(conf);
      assert.equal(stage.login(ask, login).line, line);
      const user = ask.user ?? '1008';
      const wanted = `notice: Registration from '<sip:${user}@pbx.example>' failed for '192.0.2.7:5062' - ${reason}`;
      assert.equal(stage.stage.lines.at(-1), wanted);
      assert.equal(stage.peers.get(user)?.binding, undefined);
      await stage.close();
    });
  }
}

test('a foreign domain is refused like an unknown name, and told apart only where nothing is hidden', async () => {
  for (const [hide, line] of [
    ['yes', '403 Forbidden'],
    ['no', '404 Not found (unknown domain)'],
  ]) {
    const stage = await stageOf(`domain=pbx.example\nalwaysauthreject=${hide}`);
    assert.equal(stage.login({ to: 'sip:1008@Elsewhere.example' }).line, line);
    assert.match(stage.stage.lines.at(-1)!, /- Not a local domain$/);
    assert.equal(stage.login({ to: 'sip:1008@PBX.example', callId: 'c2' }).status, 200);
    await stage.close();
  }
});

test('the answers to a known and an unknown name are the same, byte by byte but for what the asker wrote', async () => {
  const stage = await stageOf();
  const walk = (user: string): string[] => {
    const ask = { user, callId: 'same', cseq: 500, contact: '<sip:x@192.0.2.7>' };
    const first = stage.ask(ask);
    const second = stage.ask({ ...stage.answered(first, ask, { secret: 'guess' }), cseq: 501 });
    const other = stage.ask({ ...stage.answered(undefined, ask, { nonce: 'feed', secret: 'guess' }), cseq: 502 });
    return [first, second, other].map(({ text }) =>
      text.replaceAll(user, 'NAME').replace(/nonce="[0-9a-f]+"/, 'nonce="N"'),
    );
  };
  const known = walk('1008');
  assert.deepEqual(
    known.map(text => text.slice(8, 11)),
    ['401', '403', '401'],
  );
  for (const user of ['noone', 'fixed', 'denied', 'caller']) assert.deepEqual(walk(user), known, user);
  await stage.close();
});

test('a device without a password registers without being asked', async () => {
  const stage = await stageOf();
  assert.equal(stage.ask({ user: 'open' }).status, 200);
  assert.deepEqual(
    stage.stage.facts('security').map(({ kind, fields }) => [kind, fields]),
    [['SuccessfulAuth', { UsingPassword: '0' }]],
  );
  await stage.close();
});

test('a repeated REGISTER gets its 200 again, and nothing is done twice', async () => {
  const stage = await stageOf();
  const first = stage.ask(EXPIRES);
  const text = stage.request(stage.answered(first, EXPIRES));
  const [done] = stage.receive(text);
  stage.clock.advance(1000);
  const [again] = stage.receive(text);
  assert.equal(again!.text.replace(/Date: .*/, ''), done!.text.replace(/Date: .*/, ''));
  assert.equal(stage.stage.facts('peerStatus').length, 1);
  const [other] = stage.receive(stage.request({ ...stage.answered(first, EXPIRES), cseq: 900 }));
  assert.match(other!.header('WWW-Authenticate')!, /, stale=true$/);
  await stage.close();
});

test('a refresh is told as one, and nobody who watches states of devices hears of it; a move is heard of', async () => {
  const stage = await stageOf();
  const seen: (string | undefined)[] = [];
  stage.stage.calls.channels.watchDevices(device => void seen.push(device));
  const told = () => stage.stage.facts('peerStatus').map(({ status, renewed = false }) => [status, renewed]);
  stage.login(EXPIRES);
  const first = seen.length;
  assert.ok(seen.includes('SIP/1008'));
  stage.login({ ...EXPIRES, callId: 'second' });
  assert.deepEqual(
    [seen.length, told()],
    [
      first,
      [
        ['Registered', false],
        ['Registered', true],
      ],
    ],
  );
  stage.login({ ...EXPIRES, callId: 'third', source: { address: '192.0.2.77', port: 5070 } });
  assert.ok(seen.length > first);
  await stage.close();
});

test('a repeated un-REGISTER gets its 200 again', async () => {
  const stage = await stageOf();
  stage.login(EXPIRES);
  const ask = { contact: '*', headers: ['Expires: 0'], callId: 'bye' };
  const text = stage.request(stage.answered(stage.ask(ask), ask));
  assert.deepEqual([stage.receive(text)[0]!.text, stage.receive(text)[0]!.line], [stage.sent().at(-1)!.text, '200 OK']);
  assert.equal(stage.stage.facts('peerStatus').filter(({ status }) => status === 'Unregistered').length, 1);
  await stage.close();
});

test('an older CSeq of the same Call-ID gets 500, for as long as a dialog would have been there', async () => {
  const stage = await stageOf();
  stage.login({ ...EXPIRES, cseq: 200 });
  assert.equal(stage.ask({ cseq: 199 }).line, '500 Server error');
  assert.equal(stage.ask({ cseq: 199, callId: 'other' }).status, 401);
  stage.clock.advance(32_000);
  assert.equal(stage.ask({ cseq: 1 }).status, 401);
  await stage.close();
});

/** A To, and the answer to a REGISTER for it. */
const ADDRESSES: [to: string, status: number][] = [
  ['sip:%31008@pbx.example', 200],
  ['sips:1008@pbx.example', 200],
  ['sip:1008@pbx.example:5060;user=phone', 200],
  ['tel:1008', 400],
  ['isbn:2983792873', 400],
];

for (const [to, status] of ADDRESSES) {
  test(`a REGISTER for ${to} gets ${status}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login({ to, ...EXPIRES }).status, status);
    await stage.close();
  });
}

test('a URI without a user stands for the device that is called like its host', async () => {
  const stage = await SiteStage.of('[general]\n[pbx.example]\ntype=friend\nhost=dynamic\n');
  assert.equal(stage.ask({ to: 'sip:pbx.example' }).status, 200);
  assert.ok(stage.peers.get('pbx.example')!.binding);
  await stage.close();
});

test('a name in UTF-8 is found as sip.conf spells it', async () => {
  const stage = await SiteStage.of('[general]\n[müller]\ntype=friend\nhost=dynamic\n');
  const wire = Buffer.from('müller', 'utf8').toString('latin1');
  assert.equal(stage.ask({ to: `sip:${wire}@pbx.example` }).status, 200);
  assert.equal(stage.ask({ to: 'sip:m%C3%BCller@pbx.example', callId: 'c2' }).status, 200);
  await stage.close();
});

test('a To tag that is not ours belongs to no dialog; ours is welcome', async () => {
  const stage = await stageOf();
  const tagged = (tag: string) => stage.receive(stage.request().replace(/^(To: .*)\r$/m, `$1;tag=${tag}\r`))[0]!;
  assert.equal(tagged('someone').line, '481 Call/Transaction Does Not Exist');
  const ours = /tag=(\w+)$/.exec(stage.ask().header('To')!)![1]!;
  assert.equal(tagged(ours).status, 401);
  await stage.close();
});

test('authfailureevents tells managers of refusals, of devices that are there', async () => {
  for (const [hide, cause] of [
    ['yes', 'URI_NOT_FOUND'],
    ['no', 'AUTH_USERNAME_MISMATCH'],
  ]) {
    const stage = await stageOf(`authfailureevents=yes\nalwaysauthreject=${hide}`);
    stage.login({ user: 'nobody' });
    stage.login({}, { name: '1009' });
    stage.login({ callId: 'c2' }, { secret: 'no' });
    stage.login({ callId: 'c3', user: 'fixed' });
    const told = stage.stage.facts('peerStatus');
    const causes =
      hide === 'yes'
        ? [cause, 'AUTH_SECRET_FAILED', ...Array(2).fill('AUTH_PEER_NOT_DYNAMIC')]
        : [cause, 'AUTH_SECRET_FAILED', 'AUTH_PEER_NOT_DYNAMIC'];
    assert.deepEqual(
      told.map(fact => fact.cause),
      causes,
    );
    assert.deepEqual(told[0], {
      technology: 'SIP',
      peer: '1008',
      status: 'Rejected',
      cause,
      address: '192.0.2.7',
      port: 5062,
    });
    await stage.close();
  }
});

test('security events carry the account, the session of the Call-ID and both addresses', async () => {
  const stage = await stageOf();
  stage.login({ user: 'nobody', callId: 'one' });
  stage.login({ callId: 'two' });
  stage.login({ callId: 'three', user: 'denied' });
  const told = stage.stage.facts('security');
  assert.deepEqual(
    told.map(({ kind, account }) => [kind, account]),
    [
      ['ChallengeSent', 'nobody'],
      ['InvalidPassword', 'nobody'],
      ['ChallengeSent', '1008'],
      ['SuccessfulAuth', '1008'],
      ['FailedACL', 'denied'],
      ['FailedACL', 'denied'],
    ],
  );
  const [sent, wrong, , , acl] = told;
  assert.match(sent!.session, /^0x[0-9a-f]{12}$/);
  assert.equal(sent!.session, wrong!.session);
  assert.notEqual(sent!.session, acl!.session);
  assert.deepEqual(sent!.remote, { transport: 'UDP', ...SOURCE });
  assert.deepEqual(sent!.local, { transport: 'UDP', address: '192.0.2.1', port: 5060 });
  assert.equal(wrong!.fields['Challenge'], sent!.fields['Challenge']);
  assert.equal(wrong!.fields['ReceivedChallenge'], sent!.fields['Challenge']);
  assert.match(wrong!.fields['ReceivedHash']!, /^[0-9a-f]{32}$/);
  assert.deepEqual(acl!.fields, { ACLName: 'device_must_match_acl' });
  await stage.close();
});

test('header text can neither end its quotation in the log nor make a line of its own', async () => {
  const stage = await stageOf();
  const to = `"x' failed for '203.0.113.9:5060' - Wrong password \x1b[2J" <sip:nobody@pbx.example>`;
  const text = (extra: string[]) =>
    stage.request({ user: 'nobody', headers: extra }).replace(/^To: .*\r$/m, `To: ${to}\r`);
  const [first] = stage.receive(text([]));
  stage.receive(text([stage.credentials(first, { user: 'nobody' })]));
  const line = stage.stage.lines.at(-1)!;
  const ban = /Registration from '[^']*' failed for '(\S+):\d+' - (?:Wrong password|No matching peer found)/;
  assert.equal(ban.exec(line)![1], '192.0.2.7');
  assert.doesNotMatch(line, /\x1b/);
  await stage.close();
});
