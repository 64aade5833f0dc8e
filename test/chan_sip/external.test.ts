/** The stack between two networks of this machine: 127.0.1.0/24 is inside, every other address outside. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../modules/chan_sip/cli/commands.js';
import { Sip } from '../../modules/chan_sip/sip.js';
import { CliStage } from '../support/cli-stage.js';
import { CoreStage } from '../support/core-stage.js';
import { namesFrom } from '../support/names.js';
import { registerText } from '../support/register.js';
import { onFreePort, SipStack } from '../support/sip-stack.js';
import { StreamPhone } from '../support/stream-phone.js';
import { UdpPhone } from '../support/udp-phone.js';

const bounded = { timeout: 30_000 };
const OUTSIDE = '[general]\ntcpenable=yes\nlocalnet=127.0.1.0/24\nexternaddr=203.0.113.5:7000\nexterntcpport=7001\n';

const optionsText = registerText('1008', 1).replaceAll('REGISTER', 'OPTIONS');
const contactOf = (answer: string) => /^Contact: <sip:(.*)>\r$/m.exec(answer)?.[1];

test('over UDP a phone inside reads our own address, and one outside the external one', bounded, async () => {
  await using stack = await SipStack.of(OUTSIDE);
  const { address, port } = stack.local;
  for (const [from, contact] of [
    ['127.0.1.1', `${address}:${port}`],
    ['127.0.2.1', '203.0.113.5:7000'],
  ] as const) {
    await using phone = await UdpPhone.open(from);
    phone.send(stack.local, optionsText);
    assert.equal(contactOf(await phone.next()), contact);
  }
});

test('over TCP the external port is another', bounded, async () => {
  await using stack = await SipStack.of(OUTSIDE);
  await using phone = await StreamPhone.open(stack.sip.localOf('tcp')!);
  phone.send(optionsText);
  assert.equal(contactOf(await phone.next()), '203.0.113.5:7001;transport=tcp');
});

test('a device outside is asked in the name of the external address', bounded, async () => {
  await using phone = await UdpPhone.open('127.0.2.1');
  const { address, port } = phone.endpoint;
  await using stack = await SipStack.of(`${OUTSIDE}[trunk]\ntype=peer\nhost=${address}\nport=${port}\nqualify=yes\n`);
  stack.stage.clock.advance(0);
  const asked = await phone.next();
  assert.match(asked, /\r\nVia: SIP\/2\.0\/UDP 203\.0\.113\.5:7000;/);
  assert.match(asked, /\r\nFrom: "asterisk" <sip:asterisk@203\.0\.113\.5:7000>/);
});

for (const [options, lines] of [
  ['', ['Disabled, no localnet list', '<none>', '(null)', '10']],
  ['externaddr=203.0.113.5', ['Disabled, no localnet list', '<none>', '203.0.113.5', '10']],
  ['localnet=10.0.0.0/8', ['Disabled', '<none>', '(null)', '10', '10.0.0.0/255.0.0.0']],
  [
    'localnet=10.0.0.0/8\nexternip=203.0.113.5:7000',
    ['Enabled using externaddr', '<none>', '203.0.113.5:7000', '10', '10.0.0.0/255.0.0.0'],
  ],
  [
    'localnet=10.0.0.0/8\nexternhost=pbx.example:7000\nexternrefresh=60',
    ['Enabled using externhost', 'pbx.example:7000', '203.0.113.9:7000', '60', '10.0.0.0/255.0.0.0'],
  ],
] as const) {
  test(`sip show settings with ${options.replaceAll('\n', ', ') || 'nothing set'}`, bounded, async () => {
    const stage = await CoreStage.of('chan_sip', { 'sip.conf': onFreePort(`[general]\n${options}\n`) });
    const sip = await Sip.start(
      stage.core,
      namesFrom(async () => ['203.0.113.9'], stage.clock),
    );
    await stage.settled();
    const text = await new CliStage(...commands(sip)).text('sip show settings');
    const block = text.slice(text.indexOf('Network Settings:\n'), text.indexOf('\nGlobal Signalling'));
    const labels = ['SIP address remapping:', 'Externhost:', 'Externaddr:', 'Externrefresh:', 'Localnet:'];
    const expected = lines.map((value, at) => `  ${labels[at]!.padEnd(24)}${value}\n`).join('');
    assert.equal(block, `Network Settings:\n${'-'.repeat(27)}\n${expected}`);
    await stage.close();
  });
}

test('what media does not do yet is told as not in force', bounded, async () => {
  await using stack = await SipStack.of(
    `${OUTSIDE}media_address=203.0.113.6\nnat=force_rport,comedia\nicesupport=yes\n`,
  );
  const told = stack.stage.lines.find(line => line.includes('not in force yet'));
  assert.match(told ?? '', /: icesupport \(ICE\)$/);
});
