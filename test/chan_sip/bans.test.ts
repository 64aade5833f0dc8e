/** What a ban does to each transport, over real sockets, and the commands over it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { answerOf, registerText } from '../support/register.js';
import { SipStack } from '../support/sip-stack.js';
import { StreamPhone } from '../support/stream-phone.js';
import { UdpPhone } from '../support/udp-phone.js';
import { HTTP, serveHttp, WebPhone } from '../support/web.js';
import { SipStage } from './cli/sip-stage.js';

const bounded = { timeout: 30_000 };
const CONF =
  '[general]\ntcpenable=yes\nauthfailmax=2\nbanlocal=yes\ntransport=udp,tcp,ws\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n';
const HERE = '127.0.0.1';

test(
  'who guesses over TCP is hung up on, gets no connection and no datagram answered until he is let in again',
  bounded,
  async () => {
    await using stack = await SipStack.of(CONF, { 'http.conf': HTTP });
    const http = await serveHttp(stack.stage);
    await stack.stage.settled();
    const local = stack.sip.localOf('tcp')!;
    await using phone = await StreamPhone.open(local);
    await using web = await WebPhone.open(http.bound()[0]!);
    await using datagrams = await UdpPhone.open();
    phone.send(registerText('1008', 1));
    const challenge = await phone.next();
    for (const [cseq, guess] of [
      [2, 'one'],
      [3, 'two'],
    ] as const) {
      phone.send(registerText('1008', cseq, answerOf(challenge, '1008', guess)));
      assert.match(await phone.next(), /^SIP\/2\.0 403 /);
    }
    assert.equal(stack.sip.bans.holds(HERE), true);
    stack.stage.clock.advance(0);
    await Promise.all([phone.hungUp(), web.hungUp()]);

    await using late = new StreamPhone(connect({ host: local.address, port: local.port }));
    await late.hungUp();
    assert.equal(late.text, '');
    await assert.rejects(WebPhone.open(http.bound()[0]!), /socket hang up|ECONNRESET/);
    datagrams.send(stack.local, registerText('1008', 4));
    datagrams.send(stack.local, '\r\n\r\n');
    while (stack.sip.transport.counters.banned < 3) await setImmediate();
    assert.deepEqual(
      stack.sip.transport
        .rows()
        .map(({ protocol, banned }) => [protocol, banned])
        .sort(),
      [
        ['tcp', 1],
        ['udp', 2],
        ['ws', 0],
        ['wss', 0],
      ],
    );

    assert.equal(stack.sip.bans.lift(HERE), 1);
    datagrams.send(stack.local, registerText('1008', 5).replaceAll('TCP', 'UDP'));
    assert.match(await datagrams.next(), /^SIP\/2\.0 401 [\s\S]*\r\nCSeq: 5 REGISTER\r\n/);
    await once(connect({ host: local.address, port: local.port }).unref(), 'connect');
  },
);

test('sip show bans, sip ban and sip unban', async () => {
  const stage = await SipStage.of('[general]\nauthbantime=60\n');
  assert.match(
    await stage.text('sip show bans'),
    /^0 bans, 0 messages and connections dropped, 0 requests of scanners$/m,
  );
  assert.equal(await stage.text('sip ban 192.0.2.1'), '192.0.2.1 is banned for 60 seconds.\n');
  assert.equal(await stage.text('sip ban 2001:db8::1 3600'), '2001:db8::/64 is banned for 3600 seconds.\n');
  assert.match(await stage.text('sip ban pbx.example'), /'pbx.example' is no address/);
  assert.match(await stage.text('sip ban 192.0.2.1 0'), /'0' is no number of seconds/);
  stage.bans.drops('192.0.2.1');
  stage.clock.advance(1500);
  const shown = await stage.text('sip show bans');
  assert.match(shown, /^192\.0\.2\.1 +\(all\) +59 s +1 {2}by the operator$/m);
  assert.match(shown, /^2 bans, 1 messages and connections dropped/m);
  assert.deepEqual(
    stage.cli.table
      .complete('sip unban ')

      .sort(),
    ['192.0.2.1', '2001:db8::/64', 'all'],
  );
  assert.equal(await stage.text('sip unban 2001:db8::/64'), '1 bans lifted.\n');
  assert.match(await stage.text('sip unban 192.0.2.9'), /'192.0.2.9' is not banned/);
  assert.equal(await stage.text('sip unban all'), '1 bans lifted.\n');
});

test('sip show overload', async () => {
  const stage = await SipStage.of('[general]\noverloadqueue=0\n');
  assert.match(await stage.text('sip show overload'), /^ {2}Turned away: +nobody$/m);
  stage.loadRow = { level: 2, delay: 812.4, queue: 7, backlog: 0, shed: { unknown: 12, new: 3, refresh: 0 } };
  assert.equal(
    await stage.text('sip show overload'),
    `  Turned away:            unknown, new
  Event loop late by:     812 ms (from 500 ms)
  Queues full by:         7 % (no limit)
  Datagrams waiting for:  0 s (no limit)
  Answered 503, unknown:  12
  Answered 503, new:      3
  Answered 503, refresh:  0
`,
  );
});
