/** `directmedia` and the lists that go with it, on the wire: which phone is told to send where, and how. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../../core/channel/channel.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { type CallPhone, type Conversation, SDP } from '../../support/call-phone.js';
import { CallStack } from '../../support/call-stack.js';

const CALLER = SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 127.0.0.11');
const CALLEE = SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 127.0.0.12').replace('30000', '30002');

const sipConf = (caller: string, callee: string): string => `[general]
allowguest=no
[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=alaw
[1008](phone)
secret=pass1008
${caller}
[1009](phone)
secret=pass1009
${callee}
`;

interface End {
  readonly phone: CallPhone;
  readonly talk: Conversation;
  /** What we said to it until then. */
  readonly said: string;
}

/** 1008 has called, 1009 was called, and both are bridged. */
async function connected(stack: CallStack): Promise<readonly [End, End]> {
  const [caller, callee] = [await stack.phone('1008'), await stack.phone('1009')];
  for (const phone of [caller, callee]) await phone.register();
  await caller.call('600', { body: CALLER });
  const ok = await caller.expect('200 INVITE');
  const talk = caller.acknowledge(ok);
  const channel = await stack.channels.request('SIP/1009', {});
  if (!(channel instanceof Channel)) assert.fail(`no channel: ${channel.cause}`);
  channel.leg.call();
  const invite = await callee.expect('INVITE');
  callee.answer(invite, 200, 'OK', { body: CALLEE });
  await callee.expect('ACK');
  await stack.until(() => [...stack.channels.values()].every(({ state }) => state === 'Up'));
  const bridge = stack.channels.bridge();
  for (const one of stack.channels.values()) bridge.enter(one);
  return [
    { phone: caller, talk, said: ok.body },
    { phone: callee, talk: callee.calledIn(invite), said: invite.body },
  ];
}

const placeOf = (sdp: string): string => `${/^c=IN IP4 (.*)\r$/m.exec(sdp)?.[1]}:${/^m=audio (\d+)/m.exec(sdp)?.[1]}`;

function originOf(sdp: string): readonly [session: string, version: number] {
  const origin = /^o=\S+ (\d+) (\d+) /m.exec(sdp);
  assert.ok(origin, sdp);
  return [origin[1]!, Number(origin[2])];
}

type Told = 'INVITE' | 'UPDATE' | undefined;

/** The phone is told to send to `place` by a new version of what it was told before; or it is told nothing. */
async function tells({ phone, talk, said }: End, how: Told, place: string, body: string): Promise<void> {
  if (how === undefined) {
    // Whatever is sent to it comes in order.
    phone.within(talk, 'OPTIONS');
    await phone.expect('200 OPTIONS');
    return;
  }
  const request: Message = await phone.expect(how);
  assert.equal(placeOf(request.body), place);
  const [session, version] = originOf(said);
  assert.deepEqual(originOf(request.body), [session, version + 1]);
  assert.match(request.body, /^m=audio \d+ RTP\/AVP 8 101\r$/m);
  phone.answer(request, 200, 'OK', { body });
  if (how === 'INVITE') await phone.expect('ACK');
}

const CASES: readonly [what: string, caller: string, callee: string, toCaller: Told, toCallee: Told][] = [
  ['as by default', '', '', 'INVITE', 'INVITE'],
  ['no at one end', '', 'directmedia=no', undefined, undefined],
  ['yes', 'directmedia=yes', 'directmedia=yes', 'INVITE', 'INVITE'],
  ['nonat, no NAT', 'directmedia=nonat', 'directmedia=nonat', 'INVITE', 'INVITE'],
  ['nonat, a NAT before one', 'nat=force_rport', '', undefined, undefined],
  ['yes, a NAT before it', 'nat=force_rport\ndirectmedia=yes', '', 'INVITE', 'INVITE'],
  ['update', 'directmedia=update', 'directmedia=nonat,update', 'UPDATE', 'UPDATE'],
  ['update at one end', 'directmedia=update', '', 'UPDATE', 'INVITE'],
  ['outgoing', 'directmedia=outgoing', 'directmedia=outgoing', undefined, 'INVITE'],
  ['canreinvite is another name', 'canreinvite=no', '', undefined, undefined],
  ['directmediadeny of everybody', 'directmediadeny=0.0.0.0/0', '', undefined, undefined],
  ['directmediadeny of the other', '', 'directmediadeny=127.0.0.11', undefined, undefined],
  ['directmediadeny of somebody else', '', 'directmediadeny=127.0.0.12', 'INVITE', 'INVITE'],
  [
    'directmediapermit of the other',
    'directmediadeny=0.0.0.0/0\ndirectmediapermit=127.0.0.12/32',
    '',
    'INVITE',
    'INVITE',
  ],
  [
    'directmediapermit of another network',
    'directmediadeny=0.0.0.0/0\ndirectmediapermit=192.0.2.0/24',
    '',
    undefined,
    undefined,
  ],
];

for (const [what, caller, callee, toCaller, toCallee] of CASES) {
  test(`direct media: ${what}`, async () => {
    await using stack = await CallStack.of(sipConf(caller, callee), { internal: '600, Answer()\n600, Wait()' });
    const [one, other] = await connected(stack);
    await tells(one, toCaller, '127.0.0.12:30002', CALLER);
    await tells(other, toCallee, '127.0.0.11:30000', CALLEE);
    for (const channel of stack.channels.values()) channel.requestHangup(16);
    for (const channel of stack.channels.values()) channel.end();
  });
}
