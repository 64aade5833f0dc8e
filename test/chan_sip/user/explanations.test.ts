/** Explanations: every reason of an answer is told with its step and its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, consoleOf, decided, lineOf, SECTIONS, stageOf, whyOf } from './explanation-stage.js';
import { RowStage } from './row-stage.js';
import { type Ask, type Login, SiteStage } from './site-stage.js';

const REGISTERS: readonly Case[] = [
  ['bound', {}, {}, '200 OK', 'Contact address: allowed'],
  ['bound', { user: 'open' }, {}, '200 OK', 'Contact address: allowed'],
  ['bound', { user: 'many' }, {}, '200 OK', `Contacts: enough @ ${lineOf('[many]')}`],
  ['removed', { headers: ['Expires: 0'] }, {}, '200 OK', 'Contact: remove'],
  ['told', { contact: false }, {}, '200 OK', 'Contact: query'],
  ['dialog', { to: 'sip:1008@pbx.example>;tag=x;y=<1' }, {}, '481 Call/Transaction Does Not Exist', 'Request: refused'],
  ['scheme', { to: 'tel:1008' }, {}, '400 Bad Request', 'Request: refused'],
  ['domain', { to: 'sip:1008@other.example' }, {}, '403 Forbidden', 'Domain: foreign', 'domain=pbx.example'],
  ['unknown', { user: 'ghost' }, {}, '403 Forbidden', 'Device: not found'],
  ['unknown', { user: 'ghost' }, {}, '404 Not found', 'Device: not found', 'alwaysauthreject=no'],
  ['unknown', { user: 'caller' }, {}, '403 Forbidden', `Device: not found @ ${lineOf('[caller]')}`],
  ['acl', { user: 'denied' }, {}, '403 Forbidden', `Source address: denied @ ${lineOf('deny=0.0.0.0/0')}`],
  ['acl', { user: 'listed' }, {}, '403 Forbidden', 'Source address: denied @ acl.conf:2'],
  ['static', { user: 'fixed' }, {}, '403 Forbidden', `Host: fixed @ ${lineOf('[fixed]')}`],
  ['password', {}, { secret: 'wrong' }, '403 Forbidden', 'Password: wrong'],
  ['username', {}, { name: 'many' }, '403 Forbidden', 'Password: wrong'],
  ['transport', { user: 'tcponly' }, {}, '403 Forbidden', `Transport: refused @ ${lineOf('[tcponly]')}`],
  ['contact', { contact: '*' }, {}, '400 Bad Request', 'Contact: refused'],
  ['contact', { user: 'many', contact: '*' }, {}, '400 Bad Request', 'Contact: refused'],
  [
    'nowhere',
    { contact: '<tel:1008>', via: '192.0.2.7:5062;branch=z9hG4bK1' },
    {},
    '400 Bad Request',
    'Contact: refused',
  ],
  ['long', { contact: `<sip:${'x'.repeat(600)}@192.0.2.7>` }, {}, '400 Bad Request', 'Contact: refused'],
  ['path', { headers: ['Path: garbage'] }, {}, '400 Bad Request', 'Contact: refused', 'supportpath=yes'],
  [
    'contactacl',
    { user: 'barred' },
    {},
    '603 Denied',
    `Contact address: refused @ ${lineOf('contactdeny=192.0.2.0/24')}`,
  ],
  ['contactacl', {}, {}, '603 Denied', 'Contact address: refused @ sip.conf:3', 'contactdeny=192.0.2.0/24'],
  [
    'reserved',
    { source: { address: '192.0.2.50', port: 5060 } },
    {},
    '603 Denied',
    'Contact address: refused @ sip.conf:3',
    'dynamic_exclude_static=yes',
  ],
];

for (const [why, ask, login, line, told, general] of REGISTERS) {
  test(`${why}: '${ask.user ?? '1008'}' gets ${line}, and the step is told: ${told}`, async () => {
    const stage = await stageOf(general);
    assert.equal(stage.login(ask, login).line, line);
    const who = why === 'dialog' || why === 'scheme' ? '192.0.2.7' : (ask.user ?? '1008');
    assert.equal(whyOf(stage, who), why);
    assert.equal(decided(stage, who), told);
    const answer = stage.user.explanations.last(who)[0]!.steps.at(-1)!;
    assert.equal(answer.decision, line);
    await stage.close();
  });
}

test('a challenge, and what becomes of its nonce: none, right, spent, stale', async () => {
  const stage = await stageOf();
  const challenge = stage.ask();
  assert.deepEqual([whyOf(stage, '1008'), decided(stage, '1008')], ['challenge', 'Password: none']);
  stage.ask(stage.answered(challenge));
  assert.equal(whyOf(stage, '1008'), 'bound');
  assert.equal(stage.ask(stage.answered(challenge)).status, 401);
  assert.deepEqual([whyOf(stage, '1008'), decided(stage, '1008')], ['repeated', 'Password: spent']);
  stage.clock.advance(40_000);
  assert.equal(stage.ask(stage.answered(challenge)).status, 401);
  assert.deepEqual([whyOf(stage, '1008'), decided(stage, '1008')], ['stale', 'Password: stale']);
  assert.equal(stage.ask(stage.answered(challenge, {}, { secret: 'wrong' })).status, 401);
  assert.deepEqual([whyOf(stage, '1008'), decided(stage, '1008')], ['challenge', 'Password: stale']);
  await stage.close();
});

test('an older CSeq, a contact too many and a contact that is older are told as that', async () => {
  const stage = await stageOf();
  const last = stage.ask({ cseq: 500 });
  stage.ask({ ...stage.answered(last), cseq: 501 });
  assert.equal(stage.ask({ cseq: 400 }).status, 500);
  assert.deepEqual([whyOf(stage, '1008'), decided(stage, '1008')], ['outdated', 'Order: refused']);
  const [first, second] = ['sip:many@192.0.2.1', 'sip:many@192.0.2.2'];
  const two = { user: 'many', callId: 'm', contact: `<${first}>, <${second}>` };
  assert.equal(stage.login(two).status, 200);
  assert.equal(stage.login({ user: 'many', callId: 'n', contact: '<sip:many@192.0.2.3>' }).status, 403);
  assert.deepEqual([whyOf(stage, 'many'), decided(stage, 'many')], ['room', `Contacts: refused @ ${lineOf('[many]')}`]);
  await stage.close();
});

test('a contact whose name is looked up is told when that has come to an end', async () => {
  const names: Record<string, string[]> = { 'phone.example': ['192.0.2.9'] };
  const stage = await SiteStage.of(`[general]\n${SECTIONS}`, {}, async name => names[name] ?? []);
  const asked = async (user: string, host: string) => {
    const ask = { user, callId: host, via: '192.0.2.7:5062;branch=z9hG4bK1', contact: `<sip:${user}@${host}>` };
    stage.receive(stage.request(stage.answered(stage.ask(ask), ask)));
    await stage.stage.settled();
    return [whyOf(stage, user), decided(stage, user)];
  };
  assert.deepEqual(await asked('1008', 'phone.example'), ['bound', 'Contact address: allowed']);
  assert.deepEqual(await asked('1008', 'gone.example'), ['lost', 'Contact: refused']);
  assert.deepEqual(await asked('barred', 'phone.example'), ['contactacl', 'Contact address: refused']);
  assert.match(
    stage.user.explanations
      .last('192.0.2.7')
      .map(({ steps }) => JSON.stringify(steps))
      .join(),
    /stored: the address of 'phone.example', port 5060/,
  );
  await stage.close();
});

const EXPIRIES: readonly [headers: readonly string[], decision: string, where: string, detail: string][] = [
  [[], '120 s', '', 'not asked for: defaultexpiry 120, within minexpiry 90, maxexpiry 600'],
  [['Expires: 30'], '90 s', 'sip.conf:3', 'asked for 30 s, raised to minexpiry 90'],
  [['Expires: 9999'], '600 s', 'sip.conf:4', 'asked for 9999 s, cut to maxexpiry 600'],
  [['Expires: 300'], '300 s', '', 'asked for 300 s, within minexpiry 90, maxexpiry 600'],
];

for (const [headers, decision, where, detail] of EXPIRIES) {
  test(`${headers[0] ?? 'no Expires'} is granted ${decision}, and the sum is told`, async () => {
    const stage = await stageOf('minexpiry=90\nmaxexpiry=600');
    const done = stage.login({ headers });
    assert.equal(`${done.header('Expires')} s`, decision);
    const { steps } = stage.user.explanations.last('1008')[0]!;
    assert.deepEqual(
      steps.find(({ step }) => step === 'Expiry'),
      { step: 'Expiry', decision, where, detail },
    );
    await stage.close();
  });
}

test('behind a NAT it is told what the Via says, where the answer goes and what is stored', async () => {
  const stage = await stageOf();
  const via = '10.1.1.1:5060;branch=z9hG4bK1';
  const done = stage.login({ via, contact: '<sip:1008@10.1.1.1:5060>' });
  assert.deepEqual([done.status, done.to], [200, { address: '192.0.2.7', port: 5062 }]);
  const nat = stage.user.explanations.last('1008')[0]!.steps.find(({ step }) => step === 'NAT')!;
  const detail =
    'Via says 10.1.1.1:5060, it came from 192.0.2.7:5062; nat=auto_force_rport: the answer goes to 192.0.2.7:5062; stored: 192.0.2.7:5062';
  assert.deepEqual([nat.decision, nat.detail], ['seen', detail]);
  await stage.close();
});

const ADMISSIONS: readonly [method: string, ask: Ask, login: Login, line: string, device: string, decided: string][] = [
  ['INVITE', {}, {}, '404 Not Found', "friend '1008'", 'Password: right'],
  // Of a request with a body the head is kept, whose Content-Length does not fit it.
  ['INVITE', { body: 'v=0' }, {}, '404 Not Found', "friend '1008'", 'Password: right'],
  ['INVITE', {}, { secret: 'no' }, '403 Forbidden', "friend '1008'", 'Password: wrong'],
  [
    'INVITE',
    { user: 'denied' },
    {},
    '403 Forbidden',
    "friend 'denied'",
    `Source address: denied @ ${lineOf('deny=0.0.0.0/0')}`,
  ],
  ['INVITE', { user: 'guest' }, {}, '404 Not Found', 'no device has that name or that address', 'Device: guest'],
  [
    'INVITE',
    { user: 'someone', source: { address: '192.0.2.50', port: 5060 } },
    { name: 'fixed', secret: 'passfixed' },
    '404 Not Found',
    "peer 'fixed', by its address",
    'Password: right',
  ],
  ['SUBSCRIBE', { headers: ['Event: dialog'] }, {}, '404 Not Found', "friend '1008'", 'Password: right'],
];

for (const [method, ask, login, line, detail, told] of ADMISSIONS) {
  test(`${method} of '${ask.user ?? '1008'}' that gets ${line} is told as far as it says whose it was: ${told}`, async () => {
    const stage = await stageOf();
    const { user = '1008' } = ask;
    const asked = { uri: 'sip:100@pbx.example', ...ask, method };
    assert.equal(stage.login(asked, login).line, line);
    const [{ decision, steps }] = stage.user.explanations.last(user) as [
      ReturnType<typeof stage.user.explanations.last>[0],
    ];
    assert.deepEqual([decision.method, decided(stage, user)], [method, told]);
    assert.equal(steps.find(({ step }) => step === 'Device')!.detail, detail);
    stage.user.close();
    await stage.close();
  });
}

test('a device of the database is looked up, and its row named; while the database is away nobody knows', async () => {
  const stage = await RowStage.of();
  const { explanations } = stage.site.user;
  const device = async () => (await explanations.register('3001'))!;
  const found = await device();
  assert.equal(found.decision.status, 200);
  assert.deepEqual(
    found.steps.find(({ step }) => step === 'Device'),
    {
      step: 'Device',
      decision: 'found',
      where: 'mem:db/sippeers name=3001',
      detail: "friend '3001' of the database",
    },
  );
  assert.equal((await stage.login())!.status, 200);
  assert.equal(
    explanations.last('3001')[0]!.steps.find(({ step }) => step === 'Device')!.where,
    'mem:db/sippeers name=3001',
  );
  assert.equal((await explanations.register('3999'))!.decision.why, 'unknown');
  stage.engine.failure = 'away';
  const away = (await explanations.register('4000'))!;
  assert.deepEqual([away.decision.status, away.decision.why, away.steps[0]!.decision], [0, 'database', 'unknown']);
  await stage.ask({ user: '4001' });
  assert.equal(explanations.last('4001')[0]!.decision.why, 'database');
  await stage.close();
});

test('at the prompt: steps as a table, values as JSON, names completed, and what cannot be asked', async () => {
  const stage = await stageOf();
  const cli = consoleOf(stage);
  stage.login({ user: 'denied' });
  const text = await cli.text('sip explain last denied');
  assert.match(
    text,
    /^2026-11-22 .* {2}REGISTER of 'denied' from 192\.0\.2\.7:5062 over UDP: 403 Forbidden\n {2}Step +Decision +Where +Detail\n/,
  );
  const { tables } = JSON.parse(await cli.text('sip explain register denied from 10.0.0.1 over tcp --json')) as {
    tables: object[][];
  };
  assert.deepEqual(tables[0]![1], {
    step: 'Source address',
    decision: 'allowed',
    where: lineOf('permit=10.0.0.0/8'),
    detail: '10.0.0.1: permit 10.0.0.0/255.0.0.0 matched last',
  });
  assert.equal(
    await cli.text('sip explain last nobody'),
    "Nothing is remembered of 'nobody' (2 decisions are kept).\n",
  );
  assert.match(
    await cli.text('sip explain register 1008'),
    /^A REGISTER of '1008' from 127.0.0.1:5060 over UDP: 200 OK\n {2}No address of it is known; /,
  );
  assert.equal(await cli.text('sip explain register 1008 from nowhere'), "'nowhere' is no address.\n");
  assert.match(
    await cli.text('sip explain register 1008 over pigeon'),
    /^'pigeon' is no transport; expected one of udp, tcp/,
  );
  assert.deepEqual(cli.table.complete('sip explain register tc'), ['tcponly']);
  assert.deepEqual(cli.table.complete('sip explain last ma'), ['many']);
  await stage.close();
});
