/** What programs of others make of an attack: fail2ban's own filter of our log, and SIPVicious of our answers. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ManagerClient } from '../res_manager/client.js';
import { missing, Obelisk, run } from '../support/obelisk.js';
import { answerOf, registerText } from '../support/register.js';
import { sparePort } from '../support/spare-port.js';
import { UdpPhone } from '../support/udp-phone.js';

const bounded = { timeout: 50_000 };
const FILTER = '/etc/fail2ban/filter.d/asterisk.conf';
/** Another address of this machine than where we listen. */
const ATTACKER = '127.0.0.2';

const sipConf = (general = ''): string => `[general]
udpbindaddr=127.0.0.1:0
allowguest=no
overloaddelay=0
${general}
[phone](!)
type=friend
host=dynamic
[1008](phone)
secret=1013
[1009](phone)
secret=kl9#f
[far](phone)
secret=kl9#f
deny=127.0.0.0/8
`;
const MANAGER = `[general]
enabled=yes
port=0
[admin]
secret=s3cret
`;

/** Of one name, the methods that ban tools are told of. */
const METHODS = ['REGISTER', 'INVITE'] as const;
/** Accounts, and texts that would be lines of their own. */
const NAMES = [
  '1008',
  'nobody',
  'far',
  "x' failed for '192.0.2.66:5060' - Wrong password",
  'x",RemoteAddress="IPV4/UDP/192.0.2.66/5060',
];

const textOf = (method: string, name: string, cseq: number, authorization?: string): string =>
  registerText('NAME', cseq, authorization)
    .replaceAll('REGISTER', method)
    .replace('/TCP', '/UDP')
    .replace('Call-ID: ', `Call-ID: ${method}-`)
    .replace(
      /^(From|To): <sip:NAME@/gm,
      (_, header) => `${header}: "${name.replaceAll('"', '\\"')}" <sip:${encodeURIComponent(name)}@`,
    );

async function attack(pbx: Obelisk, server: number): Promise<number> {
  await using phone = await UdpPhone.open(ATTACKER);
  const to = { address: '127.0.0.1', port: server };
  let cseq = 0;
  for (const method of METHODS) {
    for (const name of NAMES) {
      phone.send(to, textOf(method, name, (cseq += 1)));
      const challenge = await phone.next();
      assert.match(challenge, /^SIP\/2\.0 401 /, `${method} ${name}`);
      phone.send(to, textOf(method, name, (cseq += 1), answerOf(challenge, encodeURIComponent(name), 'guess', method)));
      assert.match(await phone.next(), /^SIP\/2\.0 403 /, `${method} ${name}`);
    }
  }
  const port = Number(/TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await pbx.x('manager show settings'))![1]);
  for (const name of ['admin', 'nobody', "x' from 192.0.2.66 failed"]) {
    const client = ManagerClient.to(port);
    await client.login(name, 'guess');
    await client.closed;
  }
  // An address that a device denies is told at its first REGISTER already.
  return METHODS.length * NAMES.length + 1;
}

/** Addresses that the filter finds in a file, one for each line that it takes for a failure. */
async function found(file: string): Promise<string[]> {
  const { stdout, stderr, code } = await run('fail2ban-regex', ['-o', 'ip', file, FILTER]);
  assert.equal(code, 0, stderr);
  return stdout.split('\n').filter(line => line !== '');
}

test("fail2ban's filter for Asterisk finds the address of every refusal, whatever the names say", bounded, async t => {
  const why = (await missing('fail2ban-regex')) || ((await run('test', ['-e', FILTER])).code !== 0 && `no ${FILTER}`);
  if (why) return t.skip(why);
  const pbx = await Obelisk.create({ 'sip.conf': sipConf(), 'manager.conf': MANAGER });
  try {
    const refused = await attack(pbx, await pbx.port());
    const security = await found(join(pbx.directory, 'log', 'security'));
    const sip = Array.from({ length: refused }, () => ATTACKER);
    assert.deepEqual(security, [...sip, '127.0.0.1', '127.0.0.1', '127.0.0.1']);
    const messages = await found(join(pbx.directory, 'log', 'messages'));
    // A refused call has no such line in the original either.
    assert.deepEqual(messages, [...sip.slice(NAMES.length), '127.0.0.1', '127.0.0.1', '127.0.0.1']);
  } finally {
    await pbx.remove();
  }
});

/** Runs one of the tools from a port of its own. @returns what it says at its end */
async function tool(name: string, server: number, ...args: readonly string[]): Promise<string> {
  const local = String(await sparePort());
  const { stdout, stderr } = await run('timeout', [
    '40',
    name,
    '-p',
    String(server),
    '-P',
    local,
    ...args,
    '127.0.0.1',
  ]);
  return `${stdout}${stderr}`;
}

const NOTHING = /found nothing\s*$/;

// At once, as they mostly wait for answers that do not come; each has a PBX of its own.
describe('SIPVicious', { concurrency: 3 }, () => {
  for (const [shield, general] of [
    ['without the shield', ''],
    ['with the shield', 'authfailmax=5\nbanlocal=yes'],
  ] as const) {
    test(`SIPVicious finds no extension ${shield}, by any method`, bounded, async t => {
      const why = await missing('svwar');
      if (why) return t.skip(why);
      const pbx = await Obelisk.create({ 'sip.conf': sipConf(general) });
      try {
        const server = await pbx.port();
        const hows = [[], ['-m', 'INVITE'], ['-m', 'OPTIONS'], ['--force']];
        const look = (how: string[]) => tool('svwar', server, '-e', '1005-1010', '--maximumtime=1', ...how);
        const said = await Promise.all(hows.map(look));
        for (const [at, how] of hows.entries()) assert.match(said[at]!, NOTHING, how.join(' '));
      } finally {
        await pbx.remove();
      }
    });
  }

  test(
    'SIPVicious finds a password among its guesses, and with the shield it does not get that far',
    bounded,
    async t => {
      const why = await missing('svcrack');
      if (why) return t.skip(why);
      const pbx = await Obelisk.create({ 'sip.conf': sipConf() });
      try {
        const server = await pbx.port();
        const guesses = join(pbx.directory, 'guesses');
        await writeFile(guesses, Array.from({ length: 14 }, (_, n) => String(1000 + n)).join('\n'));
        const crack = () => tool('svcrack', server, '-u', '1008', '-d', guesses, '--maximumtime=2');
        // That it can is what makes the rest worth something.
        assert.match(await crack(), /1008 +\| 1013/);
        await pbx.write('sip.conf', sipConf(`udpbindaddr=127.0.0.1:${server}\nauthfailmax=5\nbanlocal=yes`));
        await pbx.x('sip reload');
        assert.match(await crack(), NOTHING);
        assert.match(await pbx.x('sip show bans'), /^127\.0\.0\.1 +\(all\) .*failed logins \(SIP\)$/m);
      } finally {
        await pbx.remove();
      }
    },
  );

  for (const [what, general, sign] of [
    ['sees a server that answers', '', /Obelisk PBX/],
    ['sees none where scanners are dropped', 'scanneragents=yes', NOTHING],
  ] as const) {
    test(`svmap ${what}`, bounded, async t => {
      const why = await missing('svmap');
      if (why) return t.skip(why);
      const pbx = await Obelisk.create({ 'sip.conf': sipConf(general) });
      try {
        assert.match(await tool('svmap', await pbx.port()), sign);
        const dropped = / (\d+) requests of scanners/.exec(await pbx.x('sip show bans'))?.[1];
        assert.equal(Number(dropped) > 0, general !== '');
      } finally {
        await pbx.remove();
      }
    });
  }
});

test('a ban holds for SIP, AMI and HTTP at once, is told to managers, and outlives a restart', bounded, async () => {
  const files = {
    'sip.conf': sipConf('authfailmax=3\nbanlocal=yes'),
    'manager.conf': `${MANAGER}read=all\nwrite=all\n`,
  };
  const pbx = await Obelisk.create(files);
  try {
    const managerPort = async () =>
      Number(/TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await pbx.x('manager show settings'))![1]);
    const watcher = ManagerClient.to(await managerPort());
    await watcher.login('admin', 's3cret');
    await using phone = await UdpPhone.open(ATTACKER);
    const to = { address: '127.0.0.1', port: await pbx.port() };
    for (let cseq = 1; cseq <= 6; cseq += 2) {
      phone.send(to, textOf('REGISTER', '1008', cseq));
      const challenge = await phone.next();
      phone.send(to, textOf('REGISTER', '1008', cseq + 1, answerOf(challenge, '1008', `guess${cseq}`)));
      assert.match(await phone.next(), /^SIP\/2\.0 403 /);
    }
    const told = await watcher.event('AddressBanned');
    assert.deepEqual(told.slice(-3), [
      ['Address', ATTACKER],
      ['Reason', 'failed logins (SIP)'],
      ['Seconds', '3600'],
    ]);
    watcher.socket.destroy();
    const here = connect({ host: '127.0.0.1', port: await managerPort(), localAddress: ATTACKER });
    let greeting = '';
    here.on('data', chunk => {
      greeting += String(chunk);
    });
    here.on('error', () => undefined); // being reset is one way to be hung up on
    await new Promise(resolve => here.once('close', resolve));
    assert.equal(greeting, '');

    await pbx.stop();
    await pbx.start();
    assert.match(await pbx.x('sip show bans'), /^127\.0\.0\.2 +\(all\) +3\d\d\d s +0 {2}failed logins \(SIP\)$/m);
    const again = { address: '127.0.0.1', port: await pbx.port() };
    phone.send(again, textOf('REGISTER', '1008', 20));
    while (!/\n1 bans, 1 messages/.test(await pbx.says('sip show bans'))) await setImmediate();
    assert.equal(await pbx.x(`sip unban ${ATTACKER}`), '1 bans lifted.\n');
    phone.send(again, textOf('REGISTER', '1008', 21));
    assert.match(await phone.next(), /^SIP\/2\.0 401 [\s\S]*\r\nCSeq: 21 /);
  } finally {
    await pbx.remove();
  }
});
