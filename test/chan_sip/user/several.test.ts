/** Several contacts of one account: all that a REGISTER asks for or nothing, and what each leaves behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../core/clock.js';
import { peerAt } from '../../support/peer-at.js';
import { A, B, C, conf, contactsOf, HERE, peerOf, stageOf, storedOf, THERE, two, urisOf } from './several-stage.js';
import { type Ask, SiteStage } from './site-stage.js';

test('a second phone registers beside the first, and each is told of both with the time that is left', async () => {
  const stage = await two();
  const listed = stage.login({ callId: 'phone-a', contact: A, headers: ['Expires: 300'] });
  assert.deepEqual(contactsOf(listed), ['<sip:b@192.0.2.8:5064>;expires=600', '<sip:a@192.0.2.7:5062>;expires=300']);
  assert.equal(listed.header('Expires'), '300');
  stage.clock.advance(20_000);
  const asked = stage.login({ callId: 'who', contact: false });
  assert.deepEqual(contactsOf(asked), ['<sip:b@192.0.2.8:5064>;expires=580', '<sip:a@192.0.2.7:5062>;expires=280']);
  assert.deepEqual(peerOf(stage).address, THERE, 'the one that came last is the first to turn to');
  await stage.close();
});

test('each contact ends for itself, and with the last the registration', async () => {
  const stage = await two();
  const statuses = () => stage.stage.facts('peerStatus').map(({ status }) => status);
  stage.clock.advance(300_000);
  assert.deepEqual(urisOf(stage), ['sip:b@192.0.2.8:5064']);
  assert.deepEqual(statuses(), ['Registered', 'Registered']);
  stage.clock.advance(310_000);
  assert.deepEqual([urisOf(stage), peerOf(stage).address], [[], undefined]);
  assert.deepEqual(statuses(), ['Registered', 'Registered', 'Unregistered']);
  assert.equal(stage.stage.astdb.values.size, 0);
  await stage.close();
});

test('when the contact to turn to first goes, the one that came before it takes its place', async () => {
  const stage = await two();
  stage.login({ callId: 'phone-b', contact: `${B};expires=0`, source: THERE });
  assert.deepEqual([peerOf(stage).address, peerOf(stage).fullcontact], [HERE, 'sip:a@192.0.2.7:5062']);
  assert.equal(peerAt(stage.peers, THERE.address, THERE.port), undefined);
  assert.equal(stage.stage.astdb.get('SIP/Registry', '1008'), '192.0.2.7:5062:300:a:sip:a@192.0.2.7:5062');
  await stage.close();
});

test('a device is found by the address of each of its contacts, as long as it is there', async () => {
  const stage = await two();
  const at = ({ address, port }: typeof HERE) => peerAt(stage.peers, address, port)?.name;
  assert.deepEqual([at(HERE), at(THERE)], ['1008', '1008']);
  stage.login({ user: '1009', callId: 'other', contact: '<sip:x@192.0.2.7:5062>' });
  stage.login({ callId: 'phone-a', contact: `${A};expires=0` });
  assert.deepEqual([at(HERE), at(THERE)], ['1009', '1008'], 'two accounts had it');
  stage.login({ callId: 'all', contact: '*', headers: ['Expires: 0'] });
  assert.deepEqual([at(HERE), at(THERE)], ['1009', undefined]);
  await stage.close();
});

/** With two contacts there: a request, the answer and the contacts that are there then. */
const CHANGES: [what: string, ask: Ask, line: string, left: string[]][] = [
  ['a query', { contact: false }, '200 OK', ['b', 'a']],
  ['Expires: 0 without a contact', { contact: false, headers: ['Expires: 0'] }, '200 OK', ['b', 'a']],
  ['expires=0 for one of them', { contact: `${A};expires=0` }, '200 OK', ['b']],
  ['expires=0 for one that is not there', { contact: `${C};expires=0` }, '200 OK', ['b', 'a']],
  ['Expires: 0 for one of them', { contact: A, headers: ['Expires: 0'] }, '200 OK', ['b']],
  ['Expires: 0 for both', { contact: `${A}, ${B}`, headers: ['Expires: 0'] }, '200 OK', []],
  ['a wildcard', { contact: '*', headers: ['Expires: 0'] }, '200 OK', []],
  ['a wildcard without Expires', { contact: '*' }, '400 Bad Request', ['b', 'a']],
  ['a wildcard with a time', { contact: '*', headers: ['Expires: 60'] }, '400 Bad Request', ['b', 'a']],
  ['a wildcard and another', { contact: `*, ${A}`, headers: ['Expires: 0'] }, '400 Bad Request', ['b', 'a']],
  ['one that comes and one that goes', { contact: `${C};expires=99, ${A};expires=0` }, '200 OK', ['c', 'b']],
  ['two for the one place left', { contact: `${C}, <sip:d@192.0.2.7>` }, '403 Forbidden', ['b', 'a']],
  [
    'two that come and one that goes',
    { contact: `${C}, <sip:d@192.0.2.7>, ${A};expires=0` },
    '200 OK',
    ['d', 'c', 'b'],
  ],
  ['one that can be read and one that cannot', { contact: `${C}, garbage<<` }, '400 Bad Request', ['b', 'a']],
  ['one that is too long', { contact: `${C}, <sip:${'x'.repeat(600)}@a.b>` }, '400 Bad Request', ['b', 'a']],
  ['the same one twice', { contact: `${C};expires=70, ${C};expires=80` }, '200 OK', ['c', 'b', 'a']],
  ['a new one that goes in the same breath', { contact: `${C};expires=70, ${C};expires=0` }, '200 OK', ['b', 'a']],
  ['one that comes again and then goes', { contact: `${A};expires=70, ${A};expires=0` }, '200 OK', ['b']],
  ['one that goes and then comes again', { contact: `${A};expires=0, ${A};expires=70` }, '200 OK', ['b', 'a']],
  ['one written otherwise', { contact: '<sip:%61@192.0.2.7:5062;x=y>' }, '200 OK', ['b', '%61']],
  ['eleven', { contact: Array(11).fill(A).join() }, '400 Bad Request', ['b', 'a']],
  [
    'an older CSeq of the Call-ID of one',
    { callId: 'phone-a', cseq: 90, contact: `${C}, ${A}` },
    '500 Server error',
    ['b', 'a'],
  ],
  [
    'a wildcard with such a CSeq',
    { callId: 'phone-a', cseq: 90, contact: '*', headers: ['Expires: 0'] },
    '500 Server error',
    ['b', 'a'],
  ],
];

for (const [what, ask, line, left] of CHANGES) {
  test(`${what} is answered ${line} and leaves ${left.join(' and ') || 'nothing'}`, async () => {
    const stage = await two();
    // What was taken a moment ago is answered before anything is read.
    peerOf(stage).lastAnswer = undefined;
    const answer = stage.login({ callId: 'third', ...ask });
    assert.equal(answer.line, line);
    assert.deepEqual(
      urisOf(stage).map(uri => /sip:([^@]*)@/.exec(uri)![1]),
      left,
    );
    if (line === '200 OK') assert.equal(contactsOf(answer).length, left.length);
    assert.equal(storedOf(stage, '1008').length, left.length);
    await stage.close();
  });
}

test('the parameter of a contact goes before the header, and both are brought within bounds', async () => {
  const stage = await stageOf();
  const answer = stage.login({ contact: `${A};expires=5, ${B};expires=99999, ${C}`, headers: ['Expires: 200'] });
  assert.deepEqual(
    contactsOf(answer)
      .map(text => /expires=(\d+)/.exec(text)![1])
      .sort(),
    ['200', '3600', '60'],
  );
  await stage.close();
});

test('preferences are kept and decide the order; what is none is left out', async () => {
  const stage = await stageOf();
  const answer = stage.login({ contact: `${A};q=0.1, ${B};q=much, ${C};q=0.7` });
  assert.deepEqual(
    contactsOf(answer).map(text => text.replace(/;expires=\d+/, '')),
    [B, `${C};q=0.7`, `${A};q=0.1`],
  );
  await stage.close();
});

test('one too many is refused, and the log says whose it is and from where', async () => {
  const stage = await two('maxcontacts=2');
  const answer = stage.login({ callId: 'third', contact: C });
  assert.equal(answer.line, '403 Forbidden');
  assert.equal(
    stage.stage.lines.at(-1),
    "notice: a contact of '1008' from 192.0.2.7:5062 is refused: it has 2 already (maxcontacts)",
  );
  assert.equal(stage.login({ callId: 'phone-a', contact: A }).status, 200, 'a refresh needs no room');
  await stage.close();
});

test('one that is over but for its grace gives way to another', async () => {
  const stage = await two('maxcontacts=2');
  stage.clock.advance(295_000);
  assert.equal(stage.login({ callId: 'third', contact: C }).status, 200);
  assert.deepEqual(urisOf(stage), ['sip:c@192.0.2.9', 'sip:b@192.0.2.8:5064']);
  await stage.close();
});

test('with removeexisting the one longest not heard of goes, and the registration never ends', async () => {
  const stage = await two('maxcontacts=2\nremoveexisting=yes');
  stage.clock.advance(10_000);
  stage.login({ callId: 'phone-a', contact: A });
  stage.login({ callId: 'third', contact: C });
  assert.deepEqual(urisOf(stage), ['sip:c@192.0.2.9', 'sip:a@192.0.2.7:5062']);
  assert.ok(stage.stage.facts('peerStatus').every(({ status }) => status === 'Registered'));
  await stage.close();
});

test('a reload that allows fewer contacts ends those longest not heard of; with one, nothing of several is left', async () => {
  const stage = await two();
  stage.login({ callId: 'third', contact: C });
  await stage.reconfigure(conf('maxcontacts=2'));
  assert.deepEqual(urisOf(stage), ['sip:c@192.0.2.9', 'sip:b@192.0.2.8:5064']);
  await stage.reconfigure(conf('maxcontacts=1'));
  assert.deepEqual(urisOf(stage), ['sip:c@192.0.2.9']);
  assert.deepEqual(
    stage.stage.astdb.entries().map(([key]) => key),
    ['/SIP/Registry/1008'],
  );
  assert.equal(stage.login({ callId: 'phone-a', contact: A }).header('Contact'), `${A};expires=120`);
  await stage.close();
});

test('a device that is gone after a reload leaves no job behind, and one with a fixed address neither', async () => {
  for (const next of ['', '[1008]\ntype=friend\nhost=192.0.2.99\n']) {
    const stage = await two('', 'regcontext=here');
    await stage.reconfigure(`[general]\n${next}`);
    assert.deepEqual(atOnce(stage.stage.core.sched.counts()).get('expire_register') ?? 0, 0);
    assert.deepEqual([peerOf(stage)?.bindings ?? [], peerAt(stage.peers, HERE.address, HERE.port)], [[], undefined]);
    assert.equal(stage.stage.facts('registeredExtension').at(-1)!.present, false);
    await stage.close();
  }
});

test('the operator ends all contacts at once', async () => {
  const stage = await two();
  assert.equal(stage.user.unregister(peerOf(stage)), true);
  const left = atOnce(stage.stage.core.sched.counts()).get('expire_register') ?? 0;
  assert.deepEqual([urisOf(stage), stage.stage.astdb.values.size, left], [[], 0, 0]);
  await stage.close();
});

test('a repeated request gets its answer again, and nothing is done twice', async () => {
  const stage = await SiteStage.of('[general]\n[1008]\ntype=friend\nhost=dynamic\nmaxcontacts=2\n');
  const text = stage.request({ contact: A });
  const [first] = stage.receive(text);
  const [again] = stage.receive(text);
  assert.equal(again!.text, first!.text);
  assert.equal(stage.stage.facts('peerStatus').length, 1);
  await stage.close();
});

test('names in several contacts are looked up together; one that leads nowhere refuses all of them', async () => {
  const asked: string[] = [];
  const stage = await SiteStage.of(conf('', 'nat=no'), {}, async name => {
    asked.push(name);
    return name === 'gone.example' ? [] : ['192.0.2.77'];
  });
  const via = '192.0.2.7:5062;branch=z9hG4bKx';
  const register = async (contact: string, callId: string) => {
    const ask = { via, contact, callId };
    stage.receive(stage.request(stage.answered(stage.ask(ask), ask)));
    await stage.stage.settled();
    return stage.sent().at(-1)!.line;
  };
  assert.equal(await register('<sip:a@one.example>, <sip:b@gone.example>', 'x'), '400 Bad Request');
  assert.deepEqual(urisOf(stage), []);
  assert.equal(await register('<sip:a@one.example>, <sip:b@two.example:5099>', 'y'), '200 OK');
  assert.deepEqual(asked, ['one.example', 'gone.example', 'gone.example', 'one.example', 'two.example']);
  assert.deepEqual(
    peerOf(stage).bindings.map(({ address }) => address.port),
    [5099, 5060],
  );
  await stage.close();
});

for (const path of ['garbage', '<nonsense', '<sip:p.example;lr>, <tel:1>']) {
  for (const [most, kept] of [
    [1, 'maxcontacts=1'],
    [2, 'maxcontacts=2'],
  ] as const) {
    test(`a Path that names no proxy is refused and nothing is stored: ${path}, ${kept}`, async () => {
      const stage = await SiteStage.of(
        `[general]\nsupportpath=yes\nmaxcontacts=${most}\n[1008]\ntype=friend\nhost=dynamic\n`,
      );
      const answer = stage.ask({ headers: [`Path: ${path}`] });
      assert.deepEqual([answer.status, stage.peers.get('1008')!.bindings], [400, []]);
      await stage.close();
    });
  }
}

test('the Path of each contact is its own', async () => {
  const stage = await stageOf('supportpath=yes');
  stage.login({ callId: 'a', contact: A, headers: ['Path: <sip:p1.example;lr>'] });
  const done = stage.login({ callId: 'b', contact: B });
  assert.equal(done.header('Path'), undefined);
  assert.deepEqual(
    peerOf(stage).bindings.map(({ path }) => path),
    [[], ['<sip:p1.example;lr>']],
  );
  await stage.close();
});

/** Two phones that are watched, the second one silent. */
async function watched() {
  const stage = await stageOf('qualify=2000');
  const register = (callId: string, contact: string, source: typeof HERE) => {
    const ask = { callId, contact, source };
    const [challenge] = stage.receive(stage.request(ask), source);
    stage.receive(stage.request(stage.answered(challenge, ask)), source);
  };
  register('phone-a', A, HERE);
  register('phone-b', B, THERE);
  const asked = (source: typeof HERE) => stage.sent(source).filter(({ text }) => text.startsWith('OPTIONS'));
  const answer = (source: typeof HERE) => {
    const names = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
    const lines = names.map(name => `${name}: ${asked(source).at(-1)!.header(name)}`);
    stage.receive(['SIP/2.0 200 OK', ...lines, 'Content-Length: 0\r\n\r\n'].join('\r\n'), source);
  };
  const statuses = () => peerOf(stage).bindings.map(({ lastMs }) => peerOf(stage).statusOf(lastMs));
  return { stage, asked, answer, statuses };
}

test('each contact is asked for itself, and the device is as well as the best of them', async () => {
  const { stage, asked, answer, statuses } = await watched();
  assert.deepEqual(
    [HERE, THERE].map(at => asked(at).map(({ line: _, text }) => text.split(' ')[1])),
    [['sip:a@192.0.2.7:5062'], ['sip:b@192.0.2.8:5064']],
  );
  stage.clock.advance(12);
  answer(HERE);
  assert.deepEqual([statuses(), peerOf(stage).status], [['UNKNOWN', 'OK (12 ms)'], 'OK (12 ms)']);
  stage.clock.advance(4000);
  assert.deepEqual([statuses(), peerOf(stage).status], [['UNREACHABLE', 'OK (12 ms)'], 'OK (12 ms)']);
  assert.deepEqual(
    stage.stage.lines.filter(line => line.startsWith('notice')),
    [
      "notice: Contact of peer '1008' at 192.0.2.7:5062 is now OK (12 ms)",
      "notice: Peer '1008' is now Reachable. (12ms / 2000ms)",
      "notice: Contact of peer '1008' at 192.0.2.8:5064 is now UNREACHABLE",
    ],
  );
  const [challenge] = stage.receive(stage.request({ callId: 'bye', contact: `${A};expires=0` }));
  stage.receive(stage.request(stage.answered(challenge, { callId: 'bye', contact: `${A};expires=0` })));
  assert.equal(peerOf(stage).status, 'UNREACHABLE', 'the other one is what is left');
  stage.user.unregister(peerOf(stage));
  assert.deepEqual([...atOnce(stage.stage.core.sched.counts()).keys()], ['what was answered']);
  await stage.close();
});

test('asking a device by hand asks all its contacts', async () => {
  const { stage, asked } = await watched();
  stage.user.qualify(peerOf(stage));
  assert.deepEqual([asked(HERE).length, asked(THERE).length], [2, 2]);
  await stage.close();
});

test('an empty line keeps the NAT of each contact open', async () => {
  const stage = await two('keepalive=30');
  const before = [HERE, THERE].map(at => stage.sent(at).filter(({ text }) => text === '\r\n').length);
  stage.clock.advance(30_000);
  const after = [HERE, THERE].map(at => stage.sent(at).filter(({ text }) => text === '\r\n').length);
  assert.ok(after.every((count, at) => count > before[at]!));
  await stage.close();
});
