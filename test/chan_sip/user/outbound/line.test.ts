/** One registration with another server: what is sent, as recorded; what its answers change; when it is sent again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestResponse, ha1 } from '../../../../modules/chan_sip/message/digest-algorithm.js';
import { CHALLENGE, LINE, TRUNK, TrunkStage } from './trunk-stage.js';

/** Without what chance says. */
const normal = (text: string): string[] =>
  text
    .trimEnd()
    .split('\r\n')
    .map(line =>
      line
        .replace(/branch=z9hG4bK[0-9a-f]+$/, 'branch=B')
        .replace(/tag=as[0-9a-f]{8}$/, 'tag=T')
        .replace(/^Call-ID: [0-9a-f]{32}@/, 'Call-ID: C@')
        .replace(/response="[0-9a-f]{32}"/, 'response="R"')
        .replace(/cnonce="[0-9a-f]{8}"/, 'cnonce="N"'),
    );

const FIRST = [
  'REGISTER sip:192.0.2.9:5999 SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=B',
  'Max-Forwards: 70',
  'From: <sip:2001@192.0.2.9>;tag=T',
  'To: <sip:2001@192.0.2.9>',
  'Call-ID: C@192.0.2.1',
  'CSeq: 102 REGISTER',
  'Supported: replaces, timer',
  'User-Agent: PBX',
  'Expires: 120',
  'Contact: <sip:2001@192.0.2.1>',
  'Content-Length: 0',
].map(line => (line.startsWith('Via') ? 'Via: SIP/2.0/UDP 192.0.2.1;branch=B' : line));

const AUTHORIZATION =
  'Authorization: Digest username="2001", realm="trunk", algorithm=MD5, uri="sip:192.0.2.9:5999", nonce="abc123", response="R", qop=auth, cnonce="N", nc=00000001';

test('the REGISTER has the headers of the recorded one, in their order, and so has the one with credentials', async () => {
  const stage = await TrunkStage.asked('useragent=PBX');
  assert.deepEqual(normal(stage.last().text), FIRST);
  stage.answer('401 Unauthorized', CHALLENGE);
  const answered = FIRST.toSpliced(9, 0, AUTHORIZATION).map(line => line.replace('CSeq: 102', 'CSeq: 103'));
  assert.deepEqual(normal(stage.last().text), answered);
  await stage.close();
});

const field = (header: string | undefined, name: string): string =>
  new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(header ?? '')?.[1] ?? '';

test('the response in the credentials is that of RFC 7616 for user, realm and secret', async () => {
  const stage = await TrunkStage.asked();
  stage.answer('401 Unauthorized', CHALLENGE);
  const sent = stage.last().header('Authorization');
  const counted = { nc: field(sent, 'nc'), cnonce: field(sent, 'cnonce'), qop: 'auth' };
  const wanted = digestResponse(
    ha1('2001', 'trunk', 'pass2001'),
    'abc123',
    'REGISTER',
    'sip:192.0.2.9:5999',
    'MD5',
    counted,
  );
  assert.equal(field(sent, 'response'), wanted);
  await stage.close();
});

test('a registration is accepted, listed and told, and renewed with the same Call-ID, tag and nonce before its end', async () => {
  const stage = await TrunkStage.registered();
  const line = stage.lines[0]!;
  assert.deepEqual([stage.text, line.refresh, line.registeredAt], ['Registered', 105, stage.site.clock.now()]);
  const before = stage.last();
  stage.site.random = 0;
  stage.wait(99_000);
  assert.equal(stage.count(), 2);
  stage.wait(6000);
  const renewal = stage.last();
  assert.equal(stage.count(), 3);
  assert.deepEqual(
    [renewal.header('Call-ID'), renewal.header('From'), renewal.header('CSeq')],
    [before.header('Call-ID'), before.header('From'), '104 REGISTER'],
  );
  assert.match(renewal.header('Authorization')!, /nonce="abc123".*nc=00000002$/);
  assert.equal(stage.text, 'Registered');
  stage.answer('401 Unauthorized', CHALLENGE.replace('abc123', 'def456'));
  assert.match(stage.last().header('Authorization')!, /nonce="def456".*nc=00000001$/);
  stage.answer('200 OK', 'Expires: 120');
  assert.deepEqual(stage.facts(), ['2001@192.0.2.9 Registered', '2001@192.0.2.9 Registered']);
  await stage.close();
});

const grants: [what: string, headers: string[], refresh: number][] = [
  ['its Expires', ['Expires: 30'], 24],
  ['expires of our contact', ['Contact: <sip:2001@192.0.2.1>;expires=3600', 'Expires: 60'], 3585],
  ['not that of another contact', ['Contact: <sip:2001@192.0.2.66>;expires=10', 'Expires: 60'], 45],
  ['ours among several', ['Contact: <sip:a@b>;expires=9, <sip:2001@192.0.2.1>;q=0.5;expires=90'], 75],
  ['not that of another port', ['Contact: <sip:2001@192.0.2.1:5071>;expires=900, <sip:2001@192.0.2.1>;expires=90'], 75],
  ['the default where it says nothing', [], 105],
  ['the default where it grants nothing', ['Expires: 0'], 105],
  ['one second', ['Expires: 1'], 0],
];

for (const [what, headers, refresh] of grants) {
  test(`how long a registration lasts: ${what}`, async () => {
    const stage = await TrunkStage.asked();
    stage.answer('200 OK', ...headers);
    assert.deepEqual([stage.text, stage.lines[0]!.refresh], ['Registered', refresh]);
    await stage.close();
  });
}

interface Answered {
  readonly status: string;
  readonly headers?: string[];
  readonly general?: string;
  /** What lists show then, and how many REGISTERs were sent 20 seconds later. */
  readonly text: string;
  readonly later: number;
}

const answers: Answered[] = [
  { status: '100 Trying', text: 'Request Sent', later: 2 },
  { status: '302 Moved Temporarily', text: 'Request Sent', later: 2 },
  { status: '400 Bad Request', text: 'Rejected', later: 1 },
  { status: '403 Forbidden', text: 'No Authentication', later: 1 },
  { status: '403 Forbidden', general: 'register_retry_403=yes', text: 'Request Sent', later: 2 },
  { status: '404 Not Found', text: 'Rejected', later: 1 },
  { status: '408 Request Timeout', text: 'Request Sent', later: 2 },
  { status: '414 Too Long', text: 'Rejected', later: 1 },
  { status: '423 Interval Too Brief', headers: ['Min-Expires: 600'], text: 'Request Sent', later: 3 },
  { status: '423 Interval Too Brief', headers: ['Min-Expires: 7200'], text: 'Rejected', later: 1 },
  { status: '423 Interval Too Brief', headers: ['Min-Expires: 60'], text: 'Request Sent', later: 2 },
  { status: '423 Interval Too Brief', text: 'Request Sent', later: 2 },
  { status: '479 Bad', text: 'Rejected', later: 1 },
  { status: '480 Temporarily Unavailable', text: 'Request Sent', later: 2 },
  { status: '493 Undecipherable', text: 'Rejected', later: 1 },
  { status: '500 Server Error', text: 'Request Sent', later: 2 },
  { status: '503 Service Unavailable', text: 'Request Sent', later: 2 },
  { status: '603 Decline', text: 'Request Sent', later: 2 },
  {
    status: '401 Unauthorized',
    headers: ['WWW-Authenticate: Digest realm="x", nonce="n", algorithm=ODD'],
    text: 'Request Sent',
    later: 2,
  },
];

for (const { status, headers = [], general = '', text, later } of answers) {
  test(`${status} ${headers.join()} ${general}: ${text}, ${later} sent after the timer`, async () => {
    const stage = await TrunkStage.asked(general);
    stage.answer(status, ...headers);
    assert.equal(stage.text, text);
    stage.wait(20_000 + 200);
    assert.equal(stage.count(), later);
    await stage.close();
  });
}

test('423 raises what we ask for, at once and from then on', async () => {
  const stage = await TrunkStage.asked();
  stage.answer('423 Interval Too Brief', 'Min-Expires: 600');
  assert.equal(stage.last().header('Expires'), '600');
  stage.answer('200 OK', 'Expires: 600');
  stage.wait(560_000);
  assert.deepEqual([stage.last().header('Expires'), stage.count()], ['600', 3]);
  await stage.close();
});

test('silence: a new attempt each registertimeout, named with its number, until registerattempts are used up', async () => {
  const stage = await TrunkStage.asked('registerattempts=3\nregistertimeout=5');
  stage.wait(30_000);
  assert.equal(stage.count(), 3);
  assert.equal(stage.text, 'Failed');
  assert.deepEqual(stage.facts(), [
    '2001@192.0.2.9 Request Sent',
    '2001@192.0.2.9 Request Sent',
    '2001@192.0.2.9 Failed',
  ]);
  assert.deepEqual(stage.notes, [
    "notice: registration of '2001@192.0.2.9': not registered in time, no answer from udp://192.0.2.9:5999: attempt 2 follows",
    "notice: registration of '2001@192.0.2.9': not registered in time, no answer from udp://192.0.2.9:5999: attempt 3 follows",
    "notice: registration of '2001@192.0.2.9': not registered in 3 attempts, no answer from udp://192.0.2.9:5999: it is not tried again",
  ]);
  const ids = new Set(stage.sent().map(one => one.header('Call-ID')));
  assert.equal(ids.size, 1);
  await stage.close();
});

test('why an attempt came to nothing is said with transport, place and reason', async () => {
  const answered = await TrunkStage.asked('tcpenable=yes', { line: LINE.replace('=> ', '=> tcp://') });
  answered.answerTo(answered.last({ ...TRUNK, protocol: 'tcp' }), '500 Server\x1bError');
  answered.wait(20_000);
  assert.match(
    answered.notes.at(-1)!,
    /in time, tcp:\/\/192\.0\.2\.9:5999 answered 500 Server[^\x1b]*Error: attempt 2/,
  );
  await answered.close();
  const cut = await TrunkStage.of();
  cut.site.cut(TRUNK);
  cut.wait(200);
  assert.deepEqual(
    [cut.text, cut.facts(), cut.notes.at(-1)!.replace(/5999: .+/, '5999: CAUSE')],
    [
      'Unregistered',
      ['2001@192.0.2.9 Unregistered'],
      "warning: registration of '2001@192.0.2.9': nothing can be sent to udp://192.0.2.9:5999: CAUSE",
    ],
  );
  cut.wait(20_000);
  assert.match(cut.notes.at(-2)!, /not registered in time, nothing can be sent to udp:.*: attempt 2 follows$/);
  await cut.close();
});

test('408 counts attempts anew', async () => {
  const stage = await TrunkStage.asked('registerattempts=2\nregistertimeout=5');
  stage.wait(6000);
  stage.answer('408 Request Timeout');
  stage.wait(5000);
  assert.equal(stage.count(), 3);
  await stage.close();
});

test('the answer to a challenge gets no more time: the timer runs from the first request', async () => {
  const stage = await TrunkStage.asked();
  stage.wait(15_000);
  stage.answer('401 Unauthorized', CHALLENGE);
  assert.equal(stage.text, 'Auth. Sent');
  stage.wait(5200);
  assert.deepEqual([stage.text, stage.last().header('CSeq')], ['Request Sent', '104 REGISTER']);
  await stage.close();
});

test('a refused password is asked about once: the notice, and the next try at the timer', async () => {
  const stage = await TrunkStage.asked();
  stage.answer('401 Unauthorized', CHALLENGE);
  stage.answer('401 Unauthorized', CHALLENGE.replace('abc123', 'def'));
  stage.wait(100);
  assert.equal(stage.count(), 2);
  assert.match(stage.notes.at(-1)!, /cannot be answered, or our answer is refused/);
  stage.wait(20_000);
  assert.equal(stage.count(), 3);
  await stage.close();
});

test('a stale nonce is answered again', async () => {
  const stage = await TrunkStage.asked();
  stage.answer('401 Unauthorized', CHALLENGE);
  stage.answer('401 Unauthorized', `${CHALLENGE.replace('abc123', 'fresh')}, stale=true`);
  assert.match(stage.last().header('Authorization')!, /nonce="fresh"/);
  await stage.close();
});

test('a proxy (407) and the server behind it (401) are both answered, each in its header, and not for ever', async () => {
  const stage = await TrunkStage.asked();
  const proxy = CHALLENGE.replace('WWW', 'Proxy').replace('trunk', 'edge');
  stage.answer('407 Proxy Authentication Required', proxy);
  assert.deepEqual([stage.last().header('Authorization'), stage.count()], [undefined, 2]);
  stage.answer('401 Unauthorized', CHALLENGE);
  assert.match(stage.last().header('Authorization')!, /realm="trunk"/);
  assert.match(stage.last().header('Proxy-Authorization')!, /realm="edge".*nc=00000002/);
  for (let round = 0; round < 5; round++) {
    stage.answer('407 Proxy Authentication Required', proxy.replace('abc', `n${round}`));
    stage.answer('401 Unauthorized', CHALLENGE.replace('abc', `n${round}`));
  }
  assert.equal(stage.count(), 4);
  await stage.close();
});

test('a realm of [authentication] has its own name and secret; the device has its before that', async () => {
  const stage = await TrunkStage.asked('', {
    line: LINE.replace('2001:', 'box?2001:'),
    devices:
      '[authentication]\nauth=globally:g@TRUNK\nauth=other:o@elsewhere\n[box]\ntype=peer\nhost=192.0.2.9\nport=5999\nauth=mine:m@elsewhere\n',
  });
  stage.answer('401 Unauthorized', CHALLENGE);
  assert.match(stage.last().header('Authorization')!, /username="globally"/);
  stage.answer('401 Unauthorized', CHALLENGE.replace('trunk', 'elsewhere'), 'X: y');
  await stage.close();
});

test('with register_retry_403 the nonce is forgotten', async () => {
  const stage = await TrunkStage.registered('register_retry_403=yes');
  stage.wait(105_000);
  stage.answer('403 Forbidden');
  stage.wait(20_200);
  assert.equal(stage.last().header('Authorization'), undefined);
  await stage.close();
});
