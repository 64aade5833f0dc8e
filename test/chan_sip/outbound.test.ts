/** Registrations of ours over real sockets: a connection that breaks, an address that moves, and a PBX that registers with itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { Sip } from '../../modules/chan_sip/sip.js';
import { CoreStage } from '../support/core-stage.js';
import { sparePort } from '../support/spare-port.js';
import { StreamPhone } from '../support/stream-phone.js';
import { PATIENCE, UdpPhone } from '../support/udp-phone.js';

const bounded = { timeout: 30_000 };

/** What a registrar says to a REGISTER that it likes. */
function accepted(asked: string): string {
  const request = parse(asked);
  const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(name => `${name}: ${request.header(name)}`);
  return ['SIP/2.0 200 OK', ...echoed, 'Expires: 3600', 'Content-Length: 0\r\n\r\n'].join('\r\n');
}

const until = async (happened: () => boolean): Promise<void> => {
  const late = AbortSignal.timeout(PATIENCE);
  while (!happened()) {
    late.throwIfAborted();
    await setImmediate();
  }
};

/** The end, for which nobody is waited. */
async function end(sip: Sip, stage: CoreStage): Promise<void> {
  const leaving = sip.goodbye();
  stage.clock.advance(1500);
  await leaving;
  await stage.close();
}

const statesOf = (sip: Sip): string[] => [...sip.registrations()].map(({ text }) => text);

test(
  'a line whose server closes its TCP connection registers again within seconds, over a new one',
  bounded,
  async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const stage = await CoreStage.of('chan_sip', {
      'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\ntcpenable=yes\ntcpbindaddr=127.0.0.1:0\nregister => tcp://2001:p@127.0.0.1:${port}/2001\n`,
    });
    const sip = await Sip.start(stage.core);
    const answered = async (): Promise<StreamPhone> => {
      const phone = new StreamPhone(((await once(server, 'connection')) as [Socket])[0]);
      phone.send(accepted(await phone.next()));
      return phone;
    };
    const connecting = answered();
    stage.clock.advance(200);
    const first = await connecting;
    await until(() => statesOf(sip)[0] === 'Registered');
    const again = answered();
    await first[Symbol.asyncDispose]();
    await until(() => sip.connections().length === 0);
    stage.clock.advance(3200);
    const second = await again;
    assert.match(second.text, /^REGISTER sip:127\.0\.0\.1:\d+ SIP\/2\.0\r\n[\s\S]*\r\nCSeq: 103 REGISTER\r\n/);
    await end(sip, stage);
    await second[Symbol.asyncDispose]();
    server.close();
  },
);

test('a reload that moves us to another address tells the server where we are now', bounded, async () => {
  await using server = await UdpPhone.open();
  const conf = (address: string) =>
    `[general]\nudpbindaddr=${address}:0\nregister => 2001:p@127.0.0.1:${server.endpoint.port}/2001\n`;
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': conf('127.0.0.1') });
  const sip = await Sip.start(stage.core);
  const told = async (): Promise<string | undefined> => {
    const asked = await server.next();
    server.send(sip.local!, accepted(asked));
    return parse(asked).header('Contact');
  };
  stage.clock.advance(200);
  assert.equal(await told(), `<sip:2001@127.0.0.1:${sip.local!.port}>`);
  await until(() => statesOf(sip)[0] === 'Registered');
  stage.write('sip.conf', conf('127.0.0.2'));
  await sip.reloadConfig('cli');
  stage.clock.advance(200);
  assert.equal(await told(), `<sip:2001@127.0.0.2:${sip.local!.port}>`);
  const leaving = sip.goodbye();
  stage.clock.advance(0);
  assert.equal(await told(), `<sip:2001@127.0.0.2:${sip.local!.port}>`);
  await leaving;
  await stage.close();
});

const SHIPPED = join(__dirname, '../../../configs');

test('the shipped configuration registers with itself, and asking whether it is there asks once', bounded, async () => {
  const port = await sparePort();
  const shipped = readFileSync(join(SHIPPED, 'sip.conf'), 'utf8');
  const conf = shipped
    .replace('127.0.0.1:5060', `127.0.0.1:${port}`)
    .replace('@127.0.0.1/branch', `@127.0.0.1:${port}/branch`)
    .replace('[branch](phone)', '[branch](phone)\nqualify = yes');
  const stage = await CoreStage.of('chan_sip', {
    'sip.conf': conf,
    'acl.conf': readFileSync(join(SHIPPED, 'acl.conf'), 'utf8'),
  });
  const sip = await Sip.start(stage.core);
  const branch = sip.peers.get('branch')!;
  stage.clock.advance(200);
  await until(() => statesOf(sip)[0] === 'Registered');
  assert.deepEqual([branch.fullcontact, branch.address], [`sip:branch@127.0.0.1:${port}`, sip.local]);
  await until(() => branch.status.startsWith('OK'));
  const wire = (): number[] => [sip.transport.counters.sent, sip.transport.counters.received];
  const settled = async (): Promise<number[]> => {
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    return wire();
  };
  // REGISTER twice and OPTIONS once, each with its answer.
  assert.deepEqual(await settled(), [6, 6]);
  stage.clock.advance(50_000);
  assert.deepEqual(await settled(), [6, 6], 'nothing goes round');
  await until(() => {
    if (wire()[0]! > 6) return true;
    stage.clock.advance(100);
    return false;
  });
  await until(() => wire()[1]! >= 8);
  assert.deepEqual(await settled(), [8, 8], 'after qualifyfreq once more');
  await end(sip, stage);
});
