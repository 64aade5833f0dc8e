/** All registrations of ours: which lines there are, how they are paced, what a reload and the end do to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteStage } from '../site-stage.js';
import { accept, distinct, many, registers } from './lines-stage.js';
import { BOX, CHALLENGE, LINE, TCP_TRUNK, TRUNK, TrunkStage } from './trunk-stage.js';

test('lines begin 100 ms apart, the first after twice that', async () => {
  const site = await SiteStage.of(`[general]\n${many(3)}`);
  site.random = 0;
  const counts = [199, 1, 99, 1, 100].map(ms => {
    site.clock.advance(ms);
    return distinct(site);
  });
  assert.deepEqual(counts, [0, 1, 1, 2, 3]);
  await site.close();
});

test('lines that fall due together go out at register_rate, and never twice', async () => {
  const site = await SiteStage.of(`[general]\nregister_rate=50\nregistertimeout=1000\ndefaultexpiry=60\n${many(90)}`);
  site.random = 0;
  site.clock.advance(5000);
  assert.equal(distinct(site), 90);
  for (const one of registers(site)) if (one.header('CSeq') === '102 REGISTER') accept(site, one.text, one.to, 60);
  site.clock.advance(44_900);
  const before = distinct(site);
  assert.ok(before <= 90 + 5, `${before}`);
  site.clock.advance(1000);
  const inOneSecond = distinct(site) - before;
  assert.ok(inOneSecond > 30 && inOneSecond <= 51, `${inOneSecond} in a second`);
  site.clock.advance(3000);
  assert.equal(distinct(site), 180);
  await site.close();
});

test('a silent server is asked by a hundred lines at a time, however many there are, and others are not kept waiting', async () => {
  const other = { address: '192.0.2.10', port: 5060 };
  const site = await SiteStage.of(`[general]\nregister_rate=1000\n${many(150)}\nregister => z:p@192.0.2.10/z`);
  site.clock.advance(15_000);
  assert.deepEqual([distinct(site), distinct(site, other)], [100, 1]);
  site.clock.advance(6000);
  assert.ok(distinct(site) > 150, 'the next have their turn when the first have waited');
  await site.close();
});

test('renewals are spread: lines that were accepted together are not renewed together', async () => {
  const site = await SiteStage.of(`[general]\nregister_rate=1000\n${many(50)}`);
  site.clock.advance(1000);
  const draws = [0, 0.25, 0.5, 0.75, 1];
  for (const [at, one] of registers(site).entries()) {
    site.random = draws[at % draws.length]!;
    accept(site, one.text, one.to, 120);
  }
  site.random = 0;
  const seconds: number[] = [];
  for (let ms = 0; ms < 110_000; ms += 1000) {
    const before = distinct(site);
    site.clock.advance(1000);
    if (distinct(site) > before) seconds.push(distinct(site) - before);
  }
  assert.ok(seconds.length >= 5 && Math.max(...seconds) <= 10, `in each second: ${seconds}`);
  await site.close();
});

test('a reload: what is unchanged goes on, what is gone is un-registered, what is new begins', async () => {
  const stage = await TrunkStage.registered();
  const before = stage.last();
  await stage.site.reconfigure(`[general]\n${LINE}\nregister => 2002:p@192.0.2.9:5999/2002`);
  assert.deepEqual(
    stage.lines.map(({ text }) => text),
    ['Registered', 'Unregistered'],
  );
  stage.wait(300);
  assert.match(stage.last().text, /^From: <sip:2002@/m);
  stage.answer('200 OK');
  await stage.site.reconfigure('[general]\nregister => 2002:p@192.0.2.9:5999/2002');
  stage.wait(0);
  const goodbye = stage.last();
  assert.equal(goodbye.header('Expires'), '0');
  assert.deepEqual(
    [goodbye.header('Call-ID'), goodbye.header('From'), goodbye.header('Contact')],
    [before.header('Call-ID'), before.header('From'), before.header('Contact')],
  );
  stage.answer('200 OK');
  assert.deepEqual(
    stage.lines.map(({ text }) => text),
    ['Registered'],
  );
  await stage.close();
});

test('a reload tries again what was given up, though its line is as it was', async () => {
  const stage = await TrunkStage.asked();
  stage.answer('403 Forbidden');
  stage.wait(60_000);
  assert.deepEqual([stage.text, stage.count()], ['No Authentication', 1]);
  await stage.site.reconfigure(`[general]\n${LINE}`);
  stage.wait(1000);
  assert.deepEqual([stage.text, stage.count()], ['Request Sent', 2]);
  stage.answer('200 OK', 'Expires: 120');
  assert.equal(stage.text, 'Registered');
  await stage.close();
});

for (const [what, general, line, warnings] of [
  ['of the line', '', 'register => tcp://2001:p@192.0.2.9/1', ['tcpenable']],
  ['of the proxy', 'outboundproxy=tls://192.0.2.50', 'register => 2001:p@192.0.2.9/1', ['tlsenable']],
  ['that is on', 'tcpenable=yes', 'register => tcp://2001:p@192.0.2.9/1', []],
  ['that is always on', '', 'register => 2001:p@192.0.2.9/1', []],
] as const) {
  test(`a line over a transport that is off is warned of: a transport ${what}`, async () => {
    const stage = await TrunkStage.of(general, { line });
    assert.deepEqual(
      stage.notes.map(note => /^warning: register: '.*2001:<Set>@.*' goes over .* set (\w+)=yes/.exec(note)?.[1]),
      warnings,
    );
    await stage.close();
  });
}

test('a changed line begins anew, with no goodbye that would undo it', async () => {
  const stage = await TrunkStage.registered();
  const before = stage.last();
  await stage.site.reconfigure(`[general]\n${LINE.replace('pass2001', 'other')}`);
  stage.wait(200);
  assert.equal(stage.count(), 2, 'CSeq begins at 102 again');
  assert.equal(stage.last().header('Expires'), '120');
  assert.notEqual(stage.last().header('Call-ID'), before.header('Call-ID'));
  await stage.close();
});

test('the end: every server that knows us hears it, challenged or not, and nobody is waited for longer than 1.5 s', async () => {
  const site = await SiteStage.of(
    `[general]\n${LINE}\nregister => 2002:p@192.0.2.9:5999/2002\nregister => 2003:p@192.0.2.9:5999/2003`,
  );
  site.clock.advance(500);
  const [one, two, three] = registers(site);
  assert.ok(three);
  accept(site, one!.text, one!.to, 120);
  accept(site, two!.text, two!.to, 120);
  let left = false;
  const leaving = site.user.leave().then(() => {
    left = true;
  });
  site.clock.advance(20);
  const goodbyes = registers(site).filter(sent => sent.header('Expires') === '0');
  assert.deepEqual(
    goodbyes.map(sent => sent.header('From')?.slice(0, 10)),
    ['<sip:2001@', '<sip:2002@'],
  );
  accept(site, goodbyes[0]!.text, goodbyes[0]!.to, 0);
  site.clock.advance(1479);
  await Promise.resolve();
  assert.equal(left, false);
  site.clock.advance(1);
  await leaving;
  await site.close();
});

test('the end is at once where nobody knows us', async () => {
  const site = await SiteStage.of(`[general]\n${LINE}`);
  site.clock.advance(300);
  await site.user.leave();
  assert.equal(registers(site).filter(sent => sent.header('Expires') === '0').length, 0);
  await site.close();
});

const settings: [what: string, line: string, devices: string, expected: RegExp[]][] = [
  [
    'fromdomain',
    'box?2001:p@192.0.2.9:5999/1',
    `${BOX}fromdomain=example.com\n`,
    [/^REGISTER sip:example\.com SIP/, /^Call-ID: [0-9a-f]{32}@example\.com\r$/m, /^From: <sip:2001@192\.0\.2\.9>/m],
  ],
  [
    'a domain of the line',
    '2001@example.com:p:auth@192.0.2.9:5999/1',
    '',
    [/^REGISTER sip:example\.com SIP/, /^From: <sip:2001@example\.com>/m],
  ],
  [
    'a domain with a port',
    '2001@example.com:4321:p:auth@192.0.2.9:5999/1',
    '',
    [/^REGISTER sip:example\.com:4321 SIP/, /^To: <sip:2001@example\.com:4321>\r$/m],
  ],
  ['an extension with a blank', '2001:p@192.0.2.9:5999/a b', '', [/^Contact: <sip:a%20b@192\.0\.2\.1>\r$/m]],
  ['no extension', '2001:p@192.0.2.9:5999', '', [/^Contact: <sip:s@192\.0\.2\.1>\r$/m]],
  ['an expiry', '2001:p@192.0.2.9:5999/1~333', '', [/^Expires: 333\r$/m]],
  [
    'nat=force_rport of the device',
    'box?2001:p@192.0.2.9:5999/1',
    `${BOX}nat=force_rport\n`,
    [/^Via: [^\r]*;rport\r$/m],
  ],
  ['the address of the device', 'box?2001:p@example.com/1', BOX, [/^REGISTER sip:example\.com SIP/]],
  ['an outbound proxy', '2001:p@example.com/1', 'PROXY', [/^REGISTER sip:example\.com SIP/]],
];

for (const [what, line, devices, expected] of settings) {
  test(`what a REGISTER says: ${what}`, async () => {
    const proxy = devices === 'PROXY';
    const stage = await TrunkStage.asked(proxy ? 'outboundproxy=192.0.2.9:5999' : '', {
      line: `register => ${line}`,
      devices: proxy ? '' : devices,
    });
    for (const pattern of expected) assert.match(stage.last().text, pattern);
    await stage.close();
  });
}

test('a server without an address is told of, and looked for again after registertimeout', async () => {
  let asked = 0;
  const stage = await TrunkStage.asked('', {
    line: 'register => 2001:p@trunk.example:5999/1',
    lookup: async () => {
      asked += 1;
      return asked === 1 ? [] : ['192.0.2.9'];
    },
  });
  await stage.site.stage.settled();
  assert.deepEqual(stage.facts(), []);
  assert.deepEqual(stage.notes, [
    "warning: registration of '2001@trunk.example': the server udp://trunk.example:5999 cannot be found",
  ]);
  stage.wait(80_000);
  await stage.site.stage.settled();
  assert.ok(asked >= 2);
  assert.deepEqual(stage.facts(), ['2001@trunk.example Request Sent']);
  await stage.close();
});

const BACKUP = { address: '192.0.2.10', port: 5999 };

test('of a server in two places the silent one is tried last, and the one that accepted us is asked first', async () => {
  const stage = await TrunkStage.asked('', {
    line: 'register => 2001:p@trunk.example:5999/1',
    lookup: async () => [TRUNK.address, BACKUP.address],
  });
  await stage.site.stage.settled();
  stage.wait(0);
  stage.wait(9000);
  assert.deepEqual([stage.count(), stage.count(BACKUP)], [1, 0]);
  stage.wait(1000);
  assert.deepEqual([stage.count(), stage.count(BACKUP)], [1, 1], 'each has half of registertimeout');
  stage.answerTo(stage.last(BACKUP), '200 OK', 'Expires: 120');
  assert.deepEqual([stage.text, stage.notes], ['Registered', []], 'within one attempt');
  stage.wait(100_000);
  await stage.site.stage.settled();
  assert.deepEqual([stage.count(), stage.count(BACKUP)], [1, 2]);
  await stage.close();
});

test('of several places none has less than two seconds, and an only place has all of registertimeout', async () => {
  const places = Array.from({ length: 10 }, (_, at) => `192.0.2.${100 + at}`);
  const stage = await TrunkStage.asked('registertimeout=5', {
    line: 'register => 2001:p@trunk.example:5999/1',
    lookup: async () => places,
  });
  await stage.site.stage.settled();
  stage.wait(0);
  const asked = () => places.filter(address => stage.sent({ address, port: 5999 }).length > 0).length;
  const counts = [1999, 1, 2000].map(ms => {
    stage.wait(ms);
    return asked();
  });
  assert.deepEqual(counts, [1, 2, 3]);
  await stage.close();
  const alone = await TrunkStage.asked('registertimeout=40');
  alone.wait(31_500);
  assert.ok(alone.sent().length >= 11, 'repeated until timer F');
  alone.wait(8400);
  assert.equal(alone.count(), 1);
  await alone.close();
});

test('a REGISTER that is too big for UDP goes by TCP where the device, or the line, may', async () => {
  const big = `tcpenable=yes\nuseragent=${'x'.repeat(1300)}`;
  for (const [transport, line, device, tcp] of [
    ['udp,tcp', LINE, '', true],
    ['udp', LINE, '', false],
    ['udp,tcp', LINE.replace('=> ', '=> udp://'), '', false],
    ['udp', LINE.replace('=> ', '=> box?'), `${BOX}transport=udp,tcp\n`, true],
  ] as const) {
    const stage = await TrunkStage.asked(`${big}\ntransport=${transport}`, { line, devices: device });
    const [over, other] = tcp ? [TCP_TRUNK, TRUNK] : [TRUNK, TCP_TRUNK];
    assert.deepEqual([stage.count(over), stage.count(other)], [1, 0], `${transport} ${line} ${device}`);
    stage.answerTo(stage.last(over), '401 Unauthorized', CHALLENGE);
    const answered = stage.last(over);
    assert.match(answered.header('Authorization')!, /nc=00000001$/);
    assert.equal(answered.header('CSeq'), '103 REGISTER');
    assert.match(
      answered.header('Contact')!,
      tcp ? /;transport=tcp>$/ : /^<sip:2001@192\.0\.2\.1>$|^<sip:\d+@[\d.]+>$/,
    );
    stage.answerTo(answered, '200 OK', 'Expires: 120');
    await stage.site.reconfigure(`[general]\n${big}\ntransport=${transport}\n${line}\n${device}`);
    stage.wait(1000);
    assert.equal(stage.count(over), 2, 'a reload that changes nothing asks nobody');
    await stage.close();
  }
});

test('a reload that changes the address at which we are reached registers it at once, and no other', async () => {
  const stage = await TrunkStage.registered();
  await stage.site.reconfigure(`[general]\nmaxexpiry=700\n${LINE}`);
  stage.wait(1000);
  assert.equal(stage.count(), 2);
  await stage.site.reconfigure(`[general]\nexternaddr=203.0.113.5:6000\nlocalnet=10.0.0.0/8\n${LINE}`);
  stage.wait(200);
  assert.deepEqual([stage.count(), stage.last().header('Contact')], [3, '<sip:2001@203.0.113.5:6000>']);
  await stage.close();
});
