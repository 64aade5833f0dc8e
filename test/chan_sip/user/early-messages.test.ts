/** Phones that speak while sip.conf is being read: they are answered as soon as they are known, and never as strangers. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import type { Flow } from '../../../modules/chan_sip/transport/transport.js';
import { EarlyMessages } from '../../../modules/chan_sip/user/early-messages.js';
import { registerText } from '../../support/register.js';
import { SipStack } from '../../support/sip-stack.js';
import { sparePort } from '../../support/spare-port.js';
import { StreamPhone } from '../../support/stream-phone.js';

/** So many that to take them lasts many turns of the event loop. */
const DEVICES = 20_000;
const LAST = `d${DEVICES - 1}`;

/** Who is not known is told so at once. */
const conf = (port: number): string => `[general]
alwaysauthreject=no
tcpenable=yes
udpbindaddr=127.0.0.1:${port}
tcpbindaddr=127.0.0.1:${port}
[phone](!)
type=friend
host=dynamic
secret=s3cret
${Array.from({ length: DEVICES }, (_, at) => `[d${at}](phone)`).join('\n')}
`;

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

async function connected(port: number): Promise<StreamPhone> {
  for (;;) {
    try {
      return await StreamPhone.open({ address: '127.0.0.1', port });
    } catch {
      await turn(); // nobody listens yet
    }
  }
}

test('who registers while the devices are being read is answered once they are, over UDP and over TCP', async () => {
  const port = await sparePort();
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const answers: string[] = [];
  socket.on('message', data => answers.push(data.toString('latin1')));
  const starting = SipStack.of(conf(port));
  const overTcp = connected(port).then(async phone => {
    phone.send(registerText(LAST, 1));
    const answer = await phone.next();
    await phone[Symbol.asyncDispose]();
    return answer;
  });
  while (answers.length === 0) {
    socket.send(registerText(LAST, 1), port, '127.0.0.1');
    await turn();
  }
  const stack = await starting;
  try {
    assert.match(answers[0]!, /^SIP\/2\.0 401 /);
    assert.match(await overTcp, /^SIP\/2\.0 401 /);
    assert.ok(stack.sip.traffic().early > 0, 'none came early');
  } finally {
    socket.close();
    await stack[Symbol.asyncDispose]();
  }
});

test('requests over connections are kept, a thousand of them; datagrams come again; responses are taken', () => {
  const taken: string[] = [];
  let dropped = 0;
  const early = new EarlyMessages(
    message => taken.push(message.kind),
    () => void (dropped += 1),
  );
  const [stream, datagram] = [{ reliable: true } as Flow, { reliable: false } as Flow];
  const message = (kind: Message['kind']): Message => ({ kind }) as Message;
  early.receive(message('response'), datagram);
  assert.deepEqual([taken.splice(0), dropped], [['response'], 0]);
  early.receive(message('request'), datagram);
  for (let count = 0; count < 1002; count++) early.receive(message('request'), stream);
  assert.deepEqual([taken.length, dropped], [0, 3]);
  early.open();
  assert.equal(taken.splice(0).length, 1000);
  early.receive(message('request'), datagram);
  assert.deepEqual([taken, dropped], [['request'], 3]);
});
