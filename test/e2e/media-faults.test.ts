/** What goes wrong with media in a running PBX: a thread that dies, ports that other programs have, and none that is left. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Message } from '../../modules/chan_sip/message/message.js';
import { CallPhone, type Conversation } from '../support/call-phone.js';
import { Obelisk, PHONES } from '../support/obelisk.js';
import { spareRange } from '../support/spare-port.js';

/** Ends the media thread as a fault of ours would: by something that it cannot make sense of. */
const BREAKER = `const { defineModule, token } = require('#core');
module.exports = { default: defineModule({
  name: 'app_breaker',
  description: 'Breaks media threads',
  requires: ['res_rtp'],
  loadModule(core) {
    core.command({
      syntax: 'media break',
      summary: 'End a media thread',
      async run() {
        const listener = { digitBegan() {}, digitEnded() {}, timedOut() {}, learned() {} };
        const session = await core.use(token('rtp engine')).open({ address: '127.0.0.1', listener });
        session.configure({});
      },
    });
  },
}) };
`;

/** Pairs of ports that nobody else has. */
const PAIRS = 3;

let pbx: Obelisk;
let first: number;
let other: Socket;
let phones: readonly [CallPhone, CallPhone];

before(async () => {
  const { start, end } = await spareRange(PAIRS + 1);
  first = start;
  // The first pair is half somebody else's.
  other = createSocket('udp4').bind(first + 1, '127.0.0.1');
  await once(other, 'listening');
  pbx = await Obelisk.create(
    {
      'sip.conf': PHONES.replace('context=internal', 'context=internal\ndirectmedia=no'),
      'extensions.conf':
        '[internal]\nexten => 600,1,Answer()\n same => n,Echo()\nexten => _10XX,1,Dial(SIP/${EXTEN},10)\n',
      'rtp.conf': `[general]\nrtpstart=${first}\nrtpend=${end}\n`,
    },
    { start: false },
  );
  await pbx.module('app_breaker', BREAKER);
  await pbx.start();
  const server = await pbx.port();
  phones = [await CallPhone.far(server, '1008', 'pass1008'), await CallPhone.far(server, '1009', 'pass1009')];
  for (const phone of phones) await phone.register();
});

after(async () => {
  for (const phone of phones) await phone.close();
  other.close();
  await pbx.remove();
});

const portIn = ({ body }: Message): number => Number(/^m=audio (\d+)/m.exec(body)?.[1]);

/** @returns the call, and the port that the PBX has for it */
async function echo(phone: CallPhone): Promise<readonly [Conversation, number]> {
  await phone.call('600');
  const ok = await phone.expect('200 INVITE');
  return [phone.acknowledge(ok), portIn(ok)];
}

async function end(phone: CallPhone, talk: Conversation): Promise<void> {
  phone.within(talk, 'BYE');
  await phone.expect('200 BYE');
}

/** Numbers of the media threads. */
const threads = async (): Promise<string> =>
  [...(await pbx.x('rtp show stats')).matchAll(/^(\d+) +\d+ +\d+$/gm)].map(([, number]) => number).join();

test('ports of other programs are passed over; without one a call gets 503, and the log names rtp.conf', async () => {
  const [phone, called] = phones;
  const calls = [await echo(phone), await echo(phone), await echo(phone)];
  assert.deepEqual(calls.map(([, port]) => port).sort(), [first + 2, first + 4, first + 6]);
  const refused = await phone.call('600');
  assert.equal(refused.status, 503, refused.text);
  phone.acknowledge(refused);
  const range = `between rtpstart=${first} and rtpend=${first + 2 * PAIRS + 1} of rtp.conf`;
  await pbx.logged(new RegExp(`no media for a call: no port is free on 127.0.0.1 ${range}`));
  for (const [talk] of calls.splice(1)) await end(phone, talk);
  // There is one for the caller and one for who is called, again.
  await phone.call('1009');
  called.answer(await called.expect('INVITE'), 486, 'Busy Here');
  await called.expect('ACK');
  phone.acknowledge(await phone.expect('486 INVITE'));
  for (const [talk] of calls) await end(phone, talk);
});

test('a call whose other end finds no port is refused, and leaves none behind', async () => {
  const [phone] = phones;
  const calls = [await echo(phone), await echo(phone)];
  await phone.call('1009');
  const refused = await phone.next();
  assert.ok(refused.status >= 480, refused.text);
  phone.acknowledge(refused);
  calls.push(await echo(phone));
  for (const [talk] of calls) await end(phone, talk);
});

test('calls on a media thread that dies are ended, the log says why, and new calls have another', async () => {
  const [phone, called] = phones;
  await phone.call('1009');
  const invite = await called.expect('INVITE');
  const body = invite.body.replace(/^m=audio \d+/m, 'm=audio 30000');
  called.answer(invite, 200, 'OK', { body });
  await called.expect('ACK');
  phone.acknowledge(await phone.expect('200 INVITE'));
  const before = await threads();
  await pbx.x('media break');
  for (const one of phones) one.answer(await one.expect('BYE'), 200, 'OK');
  await pbx.idle();
  await pbx.logged(/ERROR.* a media thread failed: TypeError/);
  await pbx.logged(/its \d ports are closed/);
  await pbx.logged(/'SIP\/1008-\S+' is hung up: its media thread has failed/);
  const [talk] = await echo(phone);
  assert.notEqual(await threads(), before);
  await end(phone, talk);
});
