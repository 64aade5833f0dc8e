/** The connection that we opened to a server, over the whole stack: how long it stays. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { onFreePort, SipStack } from '../support/sip-stack.js';
import { StreamPhone } from '../support/stream-phone.js';

const bounded = { timeout: 30_000 };

test('the connection of a registration of ours outlives every silence between two refreshes', bounded, async () => {
  const server = createServer().listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  {
    await using stack = await SipStack.of(
      `[general]\ntcpenable=yes\nmaxexpiry=600\nregister => tcp://2001:p@127.0.0.1:${port}/2001~7200\n`,
    );
    const connected = once(server, 'connection');
    stack.stage.clock.advance(200);
    const [socket] = await connected;
    await using trunk = new StreamPhone(socket);
    const accept = async (seconds: number) => {
      const asked = parse(await trunk.next());
      const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(name => `${name}: ${asked.header(name)}\r\n`);
      trunk.send(`SIP/2.0 200 OK\r\n${echoed.join('')}Expires: ${seconds}\r\nContent-Length: 0\r\n\r\n`);
    };
    const [line] = stack.sip.registrations();
    await accept(7200);
    while (line!.state !== 'registered') await setImmediate();
    for (let passed = 0; passed < 6_400_000; passed += 100_000) stack.stage.clock.advance(100_000);
    assert.deepEqual([line!.state, stack.sip.connections().length], ['registered', 1]);
    stack.stage.clock.advance(800_000);
    assert.equal(parse(await trunk.next()).method, 'REGISTER', 'the refresh goes over it');
    stack.stage.write('sip.conf', onFreePort('[general]\ntcpenable=yes\nmaxexpiry=600\n'));
    await stack.sip.reloadConfig('cli');
    stack.stage.clock.advance(10);
    await accept(0);
    while ([...stack.sip.connections()].length > 0) {
      stack.stage.clock.advance(700_000);
      await setImmediate();
    }
  }
  server.close();
});
