/** Who may log in to the manager interface, how, and what he may then. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { SecurityEvent } from '../../core/security.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { type Fields, fieldOf, ManagerClient } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 30_000 };

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const messageOf = (fields: Fields): string | undefined => fieldOf(fields, 'Message');

const kinds = ({ stage }: ManagerStage): string[] => stage.facts('security').map(({ kind }) => kind);

const REFUSALS: readonly [what: string, user: string, lines: readonly string[], kind: string][] = [
  ['a wrong password', 'admin', ['Secret: wrong'], 'InvalidPassword'],
  ['no password', 'admin', [], 'InvalidPassword'],
  ['an unknown user', 'nobody', ['Secret: s3cret'], 'InvalidAccountID'],
  ['an unknown user without a password', 'nobody', [], 'InvalidAccountID'],
  ['a user who has no secret', 'mute', ['Secret: '], 'InvalidPassword'],
  ['a name of every object', '__proto__', ['Secret: '], 'InvalidAccountID'],
  ['an address that is kept out', 'far', ['Secret: s3cret'], 'FailedACL'],
  ['an address that no list lets in', 'listed', ['Secret: s3cret'], 'FailedACL'],
  ['a hash without a challenge', 'admin', ['AuthType: MD5', `Key: ${md5('s3cret')}`], 'ChallengeResponseFailed'],
];

const USERS = `${GENERAL}${ADMIN}[mute]\nread=all\n[far]\nsecret=s3cret\ndeny=0.0.0.0/0\npermit=192.0.2.1\n[listed]\nsecret=s3cret\nacl=office\n`;

for (const [what, user, lines, kind] of REFUSALS) {
  test(
    `${what} gets the same answer as any other refusal, a second later, and the connection ends`,
    bounded,
    async () => {
      await using at = await ManagerStage.of(USERS, { 'acl.conf': '[office]\ndeny=127.0.0.0/8\n' });
      const client = at.client();
      const answer = client.ask('Login', `Username: ${user}`, ...lines);

      await at.seen(() => at.stage.facts('security').length > 0);
      assert.deepEqual(client.messages, []);
      const from = client.socket.localPort;
      at.stage.clock.advance(1000);
      assert.deepEqual(await answer, [
        ['Response', 'Error'],
        ['ActionID', 'ask-1'],
        ['Message', 'Authentication failed'],
      ]);
      await client.closed;
      assert.deepEqual(kinds(at), [kind]);
      const [{ account, service, remote }] = at.stage.facts('security') as [SecurityEvent];
      const { address, transport, port } = remote;
      assert.deepEqual([account, service, address, transport], [user, 'AMI', '127.0.0.1', 'TCP']);
      assert.equal(port, from);
      assert.deepEqual(
        at.stage.lines.filter(line => line.startsWith('notice')),
        [`notice: 127.0.0.1 failed to authenticate as '${user}'`],
      );
    },
  );
}

test('a challenge is answered by its hash with the secret, once', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = at.client();
  const challenge = fieldOf(await client.ask('Challenge', 'AuthType: MD5'), 'Challenge')!;
  assert.match(challenge, /^\d+$/);
  const lines = ['Username: admin', 'AuthType: MD5', `Key: ${md5(`${challenge}s3cret`)}`];
  assert.equal(messageOf(await client.ask('Login', ...lines)), 'Authentication accepted');
  const other = at.client();
  await other.ask('Challenge', 'AuthType: MD5');
  assert.equal(messageOf(await at.passing(1000, other.ask('Login', ...lines))), 'Authentication failed');
});

test('before the login nothing can be asked for, and what there is is not told', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = at.client();
  for (const action of ['Echo', 'Restart', 'NoSuch']) {
    assert.equal(messageOf(await client.ask(action)), 'Permission denied', action);
  }
  assert.equal(messageOf(await client.ask('Challenge')), 'Must specify AuthType');
  assert.equal((await client.ask('Logoff'))[0]![1], 'Goodbye');
  await client.closed;
});

test('an action runs for a user who has one of its classes, and for no other', bounded, async () => {
  const conf = `${GENERAL}[reader]\nsecret=a\nread=all\nwrite=reporting,call\n[boss]\nsecret=b\nwrite=system\n`;
  await using at = await ManagerStage.of(conf);
  const reader = at.client();
  await reader.login('reader', 'a');
  assert.equal(messageOf(await reader.ask('Restart')), 'Permission denied');
  assert.deepEqual(at.stage.facts('security').at(-1)?.fields, { RequestType: 'Action: Restart' });
  const boss = at.client();
  await boss.login('boss', 'b');
  assert.equal(messageOf(await boss.ask('Restart')), 'Done');
});

test(
  'a user who may be logged in once is refused a second time, by one who knows the secret alone',
  bounded,
  async () => {
    await using at = await ManagerStage.of(`${GENERAL}${ADMIN}allowmultiplelogin=no\n`);
    const first = await at.admin();
    const second = at.client();
    assert.equal(messageOf(await at.passing(1000, second.login())), 'Login Already In Use');
    const stranger = at.client();
    assert.equal(messageOf(await at.passing(1000, stranger.login('admin', 'guess'))), 'Authentication failed');
    first.socket.end();
    await first.closed;
    await at.seen(() => at.server.sessions().length === 0);
    assert.equal(messageOf(await at.client().login()), 'Authentication accepted');
  },
);

test('who does not log in within authtimeout is let go; who has stays', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}authtimeout=5\n${ADMIN}`);
  const member = await at.admin();
  const guest = at.client();
  await at.seen(() => at.server.lobby.size === 1);
  at.stage.clock.advance(4999);
  assert.equal(at.server.lobby.size, 1);
  at.stage.clock.advance(1);
  await guest.closed;
  assert.equal(messageOf(await member.ask('Restart')), 'Done');
});

test('beyond authlimit one of those goes who have not logged in', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}authlimit=3\n${ADMIN}`);
  const member = await at.admin();
  const guests = [];
  for (let count = 1; count <= 4; count += 1) {
    guests.push(at.client());
    await at.seen(() => at.server.lobby.size + at.server.lobby.turnedAway === count);
  }
  await guests[0]!.closed;
  assert.deepEqual([at.server.lobby.size, at.server.lobby.turnedAway], [3, 1]);
  assert.equal(messageOf(await guests[3]!.login()), 'Authentication accepted');
  assert.equal(messageOf(await member.ask('Restart')), 'Done');
});

test('over TLS a client is served as over TCP, and one that speaks none is let go', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate();
  const tls = `tlsenable=yes\ntlsbindaddr=127.0.0.1:0\ntlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`;
  await using at = await ManagerStage.of(GENERAL + tls + ADMIN);
  const client = at.secureClient();
  assert.equal(messageOf(await client.login()), 'Authentication accepted');
  assert.equal(at.server.sessions()[0]!.remote.transport, 'TLS');
  assert.equal(at.server.lobby.size, 0);
  const { port } = at.server.bound().find(({ secure }) => secure)!;
  const plain = ManagerClient.to(port);
  plain.send('Action: Ping');
  await plain.closed;
  return undefined;
});

test('a reload gives users their new rights at once, and lets those go who are no more', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}${ADMIN}[old]\nsecret=a\nwrite=all\n`);
  const admin = await at.admin();
  const old = at.client();
  await old.login('old', 'a');
  at.stage.write('manager.conf', `${GENERAL}${ADMIN.replace('write=all', 'write=call')}`);
  await at.server.reload();
  await old.closed;
  assert.equal(messageOf(await admin.ask('Restart')), 'Permission denied');
});

test('without manager.conf, or where it does not enable it, nothing is listened on', bounded, async () => {
  for (const conf of ['', '[general]\nport=0\n']) {
    await using at = await ManagerStage.of(conf);
    assert.deepEqual(at.server.bound(), []);
  }
});

test('a refused reload leaves all as it was', bounded, async () => {
  await using at = await ManagerStage.of();
  const admin = await at.admin();
  at.stage.write('manager.conf', `${GENERAL}authlimit=none\n${ADMIN.replace('write=all', '')}`);
  await assert.rejects(at.server.reload(), /authlimit: expected 1-100000, got 'none'/);
  assert.equal(messageOf(await admin.ask('Restart')), 'Done');
});

test(
  'failed logins ban an address: its clients are hung up on, and others of it are not greeted',
  bounded,
  async () => {
    await using at = await ManagerStage.of(`${GENERAL}authfailmax=2\nbanlocal=yes\n${ADMIN}`);
    const { bans } = at.stage;
    const first = at.client();
    await at.passing(1000, first.login('admin', 'wrong'));
    await first.closed;
    const waiting = at.client();
    await waiting.until(() => waiting.greeting || undefined);
    const second = at.client();
    const refused = assert.rejects(second.login('nobody', 'wrong'), /the connection ended/);
    await Promise.all([refused, second.closed, waiting.closed]);
    assert.deepEqual([bans.size, at.server.lobby.size], [1, 0]);
    const third = at.client();
    await third.closed;
    assert.deepEqual([third.greeting, bans.dropped], ['', 1]);
    bans.lift();
    await at.admin();
  },
);

test('where somebody has logged in, wrong passwords for another user silence that user alone', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}authfailmax=2\nbanlocal=yes\n${ADMIN}[other](admin)\n`);
  const admin = await at.admin();
  for (let n = 0; n < 3; n += 1) await at.passing(1000, at.client().login('other', 'wrong'));
  assert.deepEqual([at.stage.bans.rows()[0]?.account, at.stage.bans.rows()[0]?.dropped], ['AMI other', 1]);
  assert.equal(kinds(at).filter(kind => kind === 'InvalidPassword').length, 2);
  assert.equal(messageOf(await at.passing(1000, at.client().login('other', 's3cret'))), 'Authentication failed');
  assert.equal(messageOf(await admin.ask('Echo')), undefined);
});

test('by default nobody is banned, whatever he tries', bounded, async () => {
  await using at = await ManagerStage.of();
  for (let n = 0; n < 5; n += 1) await at.passing(1000, at.client().login('admin', `wrong${n}`));
  assert.equal(at.stage.bans.size, 0);
});
