/** Applications and functions of SIP channels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addHeader, removeHeader, sipHeader, sipHeaders } from '../../../modules/chan_sip/dialplan/headers.js';
import { checkDomain, dtmfMode, sipPeer } from '../../../modules/chan_sip/dialplan/peer.js';
import { CallStack } from '../../support/call-stack.js';

const PHONES = `[general]
allowguest=no
domain=pbx.example
domain=127.0.0.1
[1008]
type=friend
host=dynamic
secret=pass1008
context=internal
allow=!all,ulaw,alaw
setvar=ROOM=12
call-limit=3
`;

const PLAN = { internal: '601, Ringing()\n601, Wait()' };

test('SIP_HEADER, SIP_HEADERS, SIPPEER, CHECKSIPDOMAIN, CHANNEL items, SIPAddHeader, SIPRemoveHeader, SIPDtmfMode', async () => {
  await using stack = await CallStack.of(PHONES, PLAN);
  const { sip } = stack.stack;
  const phone = await stack.phone('1008');
  await phone.register();
  await phone.call('601', { headers: ['X-Two: a', 'X-Two: b', 'Subject: hi'] });
  await phone.expect('180 INVITE');
  const { channel } = stack;
  const header = (data: string) => sipHeader.read!({ channel, data });
  assert.deepEqual(['X-Two', 'x-two,2', 's', 'f'].map(header).slice(0, 3), ['a', 'b', 'hi']);
  assert.throws(() => header('X-None'), /there is no header 'X-None'/);
  assert.throws(() => sipHeader.read!({ channel: undefined, data: 'X' }), /needs a channel/);
  assert.equal(sipHeaders.read!({ channel, data: 'x-' }), 'X-Two');
  const peer = (data: string) => sipPeer(sip).read!({ channel, data });
  assert.deepEqual(
    await Promise.all(
      [
        '1008',
        '1008,port',
        '1008,codecs',
        '1008,chanvar[ROOM]',
        '1008,codec[1]',
        '1008,limit',
        '1008,curcalls',
        '1008,dynamic',
        'nobody,ip',
      ].map(peer),
    ),
    ['127.0.0.1', String(phone.line.endpoint.port), '(ulaw|alaw)', '12', 'alaw', '3', '1', 'yes', ''],
  );
  const domain = (data: string) => checkDomain(sip).read!({ channel, data });
  assert.deepEqual([domain('pbx.example'), domain('elsewhere.example')], ['pbx.example', '']);
  assert.deepEqual(
    [
      ...['peername', 'recvip', 'useragent', 'rtpqos,audio,rxcount'],
      ...['nothing', 'constructor', 'rtpqos,audio,constructor'],
    ].map(item => channel.leg.read!(item)),
    ['1008', '127.0.0.1', 'goldphone/1.0', '0', undefined, undefined, undefined],
  );
  addHeader.run(channel, 'X-One: 1');
  addHeader.run(channel, 'Y-Two: 2');
  assert.deepEqual(
    ['SIPADDHEADER01', 'SIPADDHEADER02'].map(name => channel.variables.get(name)),
    ['X-One: 1', 'Y-Two: 2'],
  );
  removeHeader.run(channel, 'x-');
  assert.deepEqual(
    ['SIPADDHEADER01', 'SIPADDHEADER02'].map(name => channel.variables.get(name)),
    [undefined, 'Y-Two: 2'],
  );
  removeHeader.run(channel, '');
  assert.equal(channel.variables.get('SIPADDHEADER02'), undefined);
  assert.throws(() => addHeader.run(channel, 'nothing'), /expected 'Name: value'/);
  dtmfMode.run(channel, 'inband');
  assert.equal(stack.rtp.sessions[0]!.flow?.events, undefined);
  assert.throws(() => dtmfMode.run(channel, 'loud'), /expected inband/);
  phone.cancel();
  await phone.next();
  await phone.next();
});

test('a setvar line of a device writes functions, too; one that cannot be written is told', async () => {
  const lines = ['PLAIN=1', 'MARK(of,it)=a=b', 'NONE(x)=1'].map(line => `setvar=${line}\n`).join('');
  await using stack = await CallStack.of(`${PHONES}${lines}`, PLAN);
  const written: string[] = [];
  const write = ({ data }: { data: string }, value: string): void => void written.push(`${data} ${value}`);
  const help = { synopsis: 'Marks', syntax: 'MARK(x)' };
  stack.stage.calls.functions.add('test', { name: 'MARK', ...help, write });
  const phone = await stack.phone('1008');
  await phone.register();
  await phone.call('601');
  await phone.expect('180 INVITE');
  assert.deepEqual(written, ['of,it a=b']);
  const { variables } = stack.channel;
  assert.deepEqual(
    ['PLAIN', 'MARK(of,it)', 'NONE(x)'].map(name => variables.get(name)),
    ['1', undefined, undefined],
  );
  assert.ok(stack.stage.lines.some(line => line.includes("peer '1008': setvar NONE(x): there is no function NONE")));
  phone.cancel();
  await phone.next();
  await phone.next();
});
