/** Whose a request outside a dialog is: by its name, by its address, or a guest's. One table row for each rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ask, SiteStage, type Source } from './site-stage.js';

/** All without a password, so that the log says whose the call is. */
const DEVICES = `
[friend]
type=friend
host=dynamic
[caller]
type=user
[callee]
type=peer
host=dynamic
[pbx.example]
type=friend
host=dynamic
[first]
type=peer
host=192.0.2.40
port=5070
[second]
type=peer
host=192.0.2.40
port=5070
callbackextension=Line2
[third]
type=peer
host=192.0.2.40
port=5071
callbackextension=line3
insecure=port
[portless]
type=friend
host=192.0.2.41
insecure=port
[byname]
type=user
host=192.0.2.48
insecure=port
[stream]
type=peer
host=192.0.2.42
transport=tcp,tls
[socket]
type=peer
host=192.0.2.43
transport=ws
[both]
type=peer
host=192.0.2.44
transport=udp,tcp
[bycontact]
type=peer
host=dynamic
nat=no
transport=tcp
[bysource]
type=peer
host=dynamic
nat=force_rport
transport=tcp
[six]
type=peer
host=2001:db8::9
`;

const GENERAL = 'allowguest=yes\ntcpenable=yes\ntlsenable=yes\nwebsocket_enabled=yes';
const elsewhere: Source = { address: '198.51.100.1', port: 5060 };
const at = (address: string, port: number, protocol: Source['protocol'] = 'udp'): Source => ({
  address,
  port,
  protocol,
});

/** A call, and whose it is; '' for a guest. */
const CALLS: [rule: string, ask: Ask, whose: string][] = [
  ['row 1: a friend by its From user', { user: 'friend' }, 'friend'],
  ['row 1: a user by its From user', { user: 'caller' }, 'caller'],
  ['row 1: no peer by its From user', { user: 'callee' }, ''],
  ['row 1: names are told apart by case', { user: 'FRIEND' }, ''],
  ['row 1: an escaped name', { user: '%66riend' }, 'friend'],
  ['row 1: without a user, the host', { from: 'sip:pbx.example' }, 'pbx.example'],
  ['row 1: the name goes before the address', { user: 'friend', source: at('192.0.2.41', 5060) }, 'friend'],
  [
    'row 2: of several, the one that registers for the extension',
    { uri: 'sip:line2@x', source: at('192.0.2.40', 5070) },
    'second',
  ],
  ['row 2: in whatever case', { uri: 'sip:LINE2@x', source: at('192.0.2.40', 5070) }, 'second'],
  [
    'row 2: from another port, where that does not matter',
    { uri: 'sip:line3@x', source: at('192.0.2.40', 9) },
    'third',
  ],
  ['row 2: before the exact port of another', { uri: 'sip:line3@x', source: at('192.0.2.40', 5070) }, 'third'],
  ['row 2: not from another port, where that matters', { uri: 'sip:line2@x', source: at('192.0.2.40', 9) }, 'third'],
  ['row 3: the exact port, the first of two', { source: at('192.0.2.40', 5070) }, 'first'],
  ['row 3: IPv6', { source: at('2001:db8::9', 5060), via: '[2001:db8::9];branch=z9hG4bK-6', contact: false }, 'six'],
  ['row 3: over no transport that it has not', { source: at('192.0.2.42', 5060, 'udp') }, ''],
  ['row 3: the exact port over a WebSocket', { source: at('192.0.2.43', 5060, 'ws') }, 'socket'],
  ['row 4: UDP from any port with insecure=port', { source: at('192.0.2.41', 40_000) }, 'portless'],
  ['row 4: UDP from no other port without it', { source: at('192.0.2.44', 40_000) }, ''],
  ['row 4: TCP from any port', { source: at('192.0.2.44', 40_000, 'tcp') }, 'both'],
  ['row 4: TLS from any port', { source: at('192.0.2.42', 40_000, 'tls') }, 'stream'],
  ['row 4: TLS to none that has only UDP and TCP', { source: at('192.0.2.44', 40_000, 'tls') }, ''],
  ['row 4: a WebSocket never', { source: at('192.0.2.43', 40_000, 'ws') }, ''],
  ['row 4: no user by its address', { source: at('192.0.2.48', 5060) }, ''],
  ['row 5: nobody', { source: elsewhere }, ''],
];

for (const [rule, ask, whose] of CALLS) {
  test(`${rule}: ${whose || 'a guest'}`, async () => {
    const stage = await SiteStage.of(`[general]\n${GENERAL}\n${DEVICES}`);
    const call = { method: 'INVITE', user: 'x', uri: 'sip:600@pbx.example', source: elsewhere, ...ask };
    assert.equal(stage.ask(call).line, '404 Not Found');
    assert.match(stage.stage.lines.at(-1)!, new RegExp(`^notice: Call from '${whose.replace('.', '\\.')}' \\(`));
    await stage.close();
  });
}

/** Where a device that registers over TCP is known again, from another port of the same address. */
for (const [name, whose] of [
  ['bycontact', 'bycontact'],
  ['bysource', ''],
] as const) {
  test(`row 4: ${name} over TCP, from another port than it registered from: ${whose || 'a guest'}`, async () => {
    const stage = await SiteStage.of(`[general]\n${GENERAL}\n${DEVICES}`);
    const source = at('192.0.2.47', 40_000, 'tcp');
    const via = '192.0.2.47:5060;branch=z9hG4bK-1';
    const contact = `<sip:${name}@192.0.2.47:5060;transport=tcp>`;
    assert.equal(stage.ask({ user: name, contact, via, source }).status, 200);
    stage.ask({ method: 'INVITE', user: 'x', uri: 'sip:600@x', source: at('192.0.2.47', 40_001, 'tcp'), callId: 'c2' });
    assert.match(stage.stage.lines.at(-1)!, new RegExp(`^notice: Call from '${whose}' \\(`));
    await stage.close();
  });
}

test('a reload moves devices to what they are found by now', async () => {
  const trunk = (more: string) => `[general]\n${GENERAL}\n[trunk]\ntype=peer\nhost=192.0.2.40\n${more}`;
  const stage = await SiteStage.of(trunk(''));
  const calls = () => {
    const call = (source: Source, uri: string) => {
      stage.ask({ method: 'INVITE', user: 'x', uri, source });
      return /^notice: Call from '(\w*)'/.exec(stage.stage.lines.at(-1)!)![1];
    };
    return [
      call(at('192.0.2.40', 5060), 'sip:1@x'),
      call(at('192.0.2.40', 9), 'sip:1@x'),
      call(at('192.0.2.40', 9, 'tcp'), 'sip:1@x'),
    ];
  };
  assert.deepEqual(calls(), ['trunk', '', '']);
  await stage.reconfigure(trunk('insecure=port\n'));
  assert.deepEqual(calls(), ['trunk', 'trunk', '']);
  await stage.reconfigure(trunk('transport=tcp\n'));
  assert.deepEqual(calls(), ['', '', 'trunk']);
  await stage.reconfigure(trunk('port=9\ntransport=udp\n'));
  assert.deepEqual(calls(), ['', 'trunk', '']);
  await stage.reconfigure(`[general]\n${GENERAL}\n`);
  assert.deepEqual(calls(), ['', '', '']);
  await stage.close();
});

test('match_auth_username takes the name of the credentials for our realm', async () => {
  const devices = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n';
  const stage = await SiteStage.of(`[general]\nallowguest=no\nmatch_auth_username=yes\n${devices}`);
  const other = 'Authorization: Digest username="other", realm="elsewhere", nonce="1", uri="x", response="2"';
  const ask: Ask = { method: 'INVITE', user: 'x', uri: 'sip:600@pbx.example', headers: [other] };
  assert.equal(stage.login(ask, { name: '1008', secret: 'pass1008' }).line, '404 Not Found');
  await stage.close();
});

test('pedantic=no takes names as they are written', async () => {
  const stage = await SiteStage.of(`[general]\npedantic=no\n${DEVICES}`);
  stage.ask({ method: 'INVITE', user: '%66riend', uri: 'sip:600@x' });
  assert.match(stage.stage.lines.at(-1)!, /^notice: Call from '' \(/);
  await stage.close();
});

test('legacy_useroption_parsing cuts a name at the first semicolon', async () => {
  const stage = await SiteStage.of(`[general]\nlegacy_useroption_parsing=yes\n${DEVICES}`);
  stage.ask({ method: 'INVITE', user: 'friend;phone-context=x', uri: 'sip:600@x' });
  assert.match(stage.stage.lines.at(-1)!, /^notice: Call from 'friend' \(/);
  await stage.close();
});

/** A device, a request in its name over TCP, and whether the connection may stay after it. */
const TRUSTED: [what: string, device: string, ask: Ask, secret: string | undefined, stays: boolean][] = [
  ['INVITE', 'secret=s', { method: 'INVITE' }, 's', true],
  ['MESSAGE', 'secret=s', { method: 'MESSAGE', headers: ['Content-Type: text/plain'] }, 's', true],
  ['SUBSCRIBE', 'secret=s', { method: 'SUBSCRIBE', headers: ['Event: presence'] }, 's', true],
  ['OPTIONS', 'secret=s', { method: 'OPTIONS' }, 's', true],
  ['REGISTER', 'secret=s', { contact: '<sip:phone@192.0.2.7;transport=tcp>' }, 's', true],
  ['INVITE with a wrong password', 'secret=s', { method: 'INVITE' }, 'wrong', false],
  ['INVITE without credentials', 'secret=s', { method: 'INVITE' }, undefined, false],
  ['INVITE of a device without a password', '', { method: 'INVITE' }, undefined, true],
  ['INVITE of a guest', '', { method: 'INVITE', user: 'guest' }, undefined, false],
  ['INVITE from an address that is denied', 'secret=s\ndeny=0.0.0.0/0', { method: 'INVITE' }, 's', false],
];

for (const [what, device, ask, secret, stays] of TRUSTED) {
  test(`a connection ${stays ? 'stays' : 'is a stranger still'} after: ${what}`, async () => {
    const general = 'tcpenable=yes\nauth_options_requests=yes';
    const stage = await SiteStage.of(
      `[general]\n${general}\n[phone]\ntype=friend\nhost=dynamic\ntransport=tcp\n${device}\n`,
    );
    const source = at('192.0.2.7', 40_000, 'tcp');
    const whole = { user: 'phone', uri: 'sip:600@pbx.example', source, ...ask };
    if (secret === undefined) stage.ask(whole);
    else stage.login(whole, { secret });
    assert.equal(stage.trusts(source), stays);
    await stage.close();
  });
}
