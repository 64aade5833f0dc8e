/** Who is banned, when, for how long, and who never is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamedAcls } from '../../core/acl.js';
import { banNetwork } from '../../core/ban-network.js';
import { banOptions, banRules, exemptDoubts } from '../../core/ban-options.js';
import { BanTable, MOST_BANS } from '../../core/ban-table.js';
import type { BanRules } from '../../core/bans.js';
import { TestClock } from '../../core/clock.js';
import { parseText } from '../../core/config/dialect.js';
import { initial, read } from '../../core/config/options.js';
import { LoginFailures } from '../../core/login-failures.js';
import { parseNetwork } from '../../core/network.js';
import { MemoryAstDb } from '../support/core-stage.js';
import { keptLog } from '../support/wire.js';

const RULES: BanRules = { max: 6, window: 600_000, time: 3_600_000, spares: () => false };
const HERE = '198.51.100.7';

function stageOf(rules: Partial<BanRules> = {}, astdb = new MemoryAstDb(), clock = new TestClock()) {
  const { log, lines } = keptLog();
  const told: string[] = [];
  const table = new BanTable({
    clock,
    astdb,
    log,
    emit: (event, fact) => void told.push(event === 'managerEvent' ? (fact as { event: string }).event : event),
  });
  const all = { ...RULES, ...rules };
  let guess = 0;
  const fail = (times: number, address = HERE, account = '1008') => {
    for (let n = 0; n < times; n += 1) {
      guess += 1;
      table.failed({ service: 'SIP', address, account, guess: String(guess) }, all);
    }
  };
  return { table, clock, astdb, lines, told, fail, rules: all };
}

test('an address is banned with the failure that is one too many, and heard again when its time is over', () => {
  const s = stageOf();
  s.fail(5);
  assert.equal(s.table.drops(HERE), false);
  s.fail(1);
  assert.deepEqual([s.table.drops(HERE), s.table.drops('198.51.100.8'), s.table.dropped], [true, false, 1]);
  assert.deepEqual(s.told, ['addressBanned', 'AddressBanned']);
  assert.deepEqual(s.lines, ['notice: 198.51.100.7 is banned for 3600 s: failed logins (SIP)']);
  s.clock.advance(3_600_000);
  assert.deepEqual([s.table.drops(HERE), s.table.size, s.astdb.entries().length], [false, 0, 0]);
  assert.equal(s.told.at(-1), 'AddressUnbanned');
});

test('failures that lie further apart than the window, and the same guess again, do not add up', () => {
  const s = stageOf();
  for (let n = 0; n < 20; n += 1) {
    s.fail(1);
    s.clock.advance(120_000);
  }
  for (let n = 0; n < 20; n += 1) s.table.failed({ service: 'SIP', address: HERE, account: '1', guess: 'x' }, s.rules);
  assert.equal(s.table.size, 0);
});

test('with authfailmax=0, and where the rules spare an address, nothing is counted', () => {
  for (const rules of [{ max: 0 }, { spares: () => true }]) {
    const s = stageOf(rules);
    s.fail(100);
    assert.equal(s.table.suspected(HERE, s.rules), false);
    assert.equal(s.table.size, 0);
  }
});

test('where somebody proves his password only the account is banned that fails, until far more do', () => {
  const s = stageOf();
  s.table.succeeded(HERE, s.rules);
  s.fail(6);
  assert.deepEqual(
    [s.table.drops(HERE), s.table.dropsAccount('SIP', HERE, '1008'), s.table.dropsAccount('SIP', HERE, '1009')],
    [false, true, false],
  );
  assert.equal(s.table.dropsAccount('AMI', HERE, '1008'), false);
  for (let n = 0; n < 54; n += 1) s.fail(1, HERE, `2${n}`);
  assert.equal(s.table.drops(HERE), true);
});

test('of an account’s name as much is kept as is counted, however long it is', () => {
  const s = stageOf();
  s.table.succeeded(HERE, s.rules);
  const name = 'x'.repeat(60_000);
  s.fail(6, HERE, name);
  assert.equal(s.table.dropsAccount('SIP', HERE, name), true);
  assert.ok([...s.astdb.values].flat().every(text => text.length < 300));
  assert.deepEqual(
    s.table.rows().map(({ account }) => account?.length),
    ['SIP '.length + 64],
  );
});

test('guesses of others never keep out who knows the password of an account, and shorten the patience with strangers', () => {
  const s = stageOf();
  for (let n = 1; n <= 20; n += 1) s.fail(1, `203.0.113.${n}`);
  assert.equal(s.table.drops(HERE), false);
  s.fail(1);
  assert.equal(s.table.drops(HERE), false);
  s.fail(1);
  assert.equal(s.table.drops(HERE), true, 'six would be his if nobody else guessed');
  const other = '198.51.100.8';
  s.table.succeeded(other, s.rules);
  s.fail(5, other);
  assert.deepEqual([s.table.drops(other), s.table.dropsAccount('SIP', other, '1008')], [false, false]);
});

test('guesses that may have come from anywhere ban nobody', () => {
  const s = stageOf();
  const answers = Array.from({ length: 8 }, () => s.table.suspected(HERE, s.rules));
  assert.deepEqual(answers, [false, false, false, false, false, false, true, true]);
  assert.equal(s.table.size, 0);
  s.clock.advance(600_000);
  assert.equal(s.table.suspected(HERE, s.rules), false);
});

test('bans are kept over a restart, by the time of day, with names that look like keys', () => {
  const s = stageOf();
  s.table.succeeded(HERE, s.rules);
  s.fail(6, HERE, '../a b/%\ud800"');
  s.table.ban('2001:db8:1:2:3::4', 7_200_000, 'by the operator');
  s.astdb.put('Bans', '192.0.2.9', 'not ours');
  const later = new TestClock(s.clock.now() + 1_800_000);
  const again = stageOf({}, s.astdb, later);
  assert.deepEqual(
    again.table.rows().map(({ network, account, left }) => [network, account, left]),
    [
      [HERE, 'SIP ../a b/%\ud800"', 1_800_000],
      ['2001:db8:1:2::/64', undefined, 5_400_000],
    ],
  );
  assert.equal(again.table.dropsAccount('SIP', HERE, '../a b/%\ud800"'), true);
  later.advance(5_400_000);
  assert.deepEqual([again.table.rows(), s.astdb.entries()], [[], []]);
});

test('the operator lifts one ban or all, and what was counted starts anew', () => {
  const s = stageOf();
  s.fail(6);
  s.fail(6, '192.0.2.1', '1009');
  s.fail(5, '192.0.2.2', '1010');
  assert.deepEqual([s.table.lift(HERE), s.table.lift(HERE), s.table.size], [1, 0, 1]);
  s.fail(5);
  assert.equal(s.table.drops(HERE), false);
  assert.equal(s.table.lift(), 1);
  s.fail(1, '192.0.2.2', '1010');
  assert.deepEqual([s.table.size, s.astdb.entries().length], [0, 0]);
});

test('no table grows without end, whatever strangers do', () => {
  const s = stageOf({ max: 1 });
  const failures = new LoginFailures(() => 0);
  for (let n = 0; n < MOST_BANS + 500; n += 1) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    s.fail(1, address, `${n}`);
    failures.add({ service: 'SIP', address, account: `${n}`, guess: '1' }, address, RULES);
    failures.suspect(address, RULES);
  }
  assert.deepEqual([s.table.size, s.astdb.entries().length, failures.size], [MOST_BANS, MOST_BANS, 30_000]);
  assert.deepEqual([s.table.drops('10.0.0.0'), s.table.drops('10.0.39.16')], [false, true]);
});

test('a ban by hand is not pushed out by those of strangers, after a restart neither', () => {
  const first = stageOf();
  first.table.ban(HERE, 3_600_000, 'by the operator');
  const s = stageOf({ max: 1 }, first.astdb, first.clock);
  for (let n = 0; n < MOST_BANS + 1; n += 1) s.fail(1, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, `${n}`);
  assert.deepEqual([s.table.size, s.table.drops(HERE), s.table.drops('10.0.0.0')], [MOST_BANS, true, false]);
});

const NETWORKS: readonly [address: string, network: string | undefined][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201/128'],
  ['64:ff9b::c000:201', '64:ff9b::c000:201/128'],
  ['64:ff9b:1::c000:201', '64:ff9b:1::/64'],
  ['pbx.example', undefined],
  ['', undefined],
];

test('of IPv6 the network of 64 bits is banned, of IPv4 the address', () => {
  for (const [address, network] of NETWORKS) assert.equal(banNetwork(address), network, address);
});

test('a list of banexempt that is not there is told', async () => {
  const { config } = await parseText('x.conf', '[general]\nbanexempt=office, missing, 192.0.2.1\n');
  const { set } = read(banOptions, config.sections[0]!.variables);
  assert.deepEqual(
    exemptDoubts(set.banexempt!, name => name === 'office'),
    ["acl.conf has no list 'missing': nobody is spared by it"],
  );
});

const SPARED: readonly [lines: string, address: string, spared: boolean][] = [
  ['', '127.0.0.1', true],
  ['', '::1', true],
  ['', '10.1.2.3', true],
  ['', '203.0.113.1', false],
  ['banlocal=yes', '127.0.0.1', false],
  ['banlocal=yes', '10.1.2.3', false],
  ['banexempt=203.0.113.0/24, 2001:db8::1', '203.0.113.9', true],
  ['banexempt=203.0.113.0/24, 2001:db8::1', '2001:db8::1', true],
  ['banexempt=203.0.113.0/24, 2001:db8::1', '198.51.100.1', false],
  ['banexempt=trunks', '198.51.100.1', true],
  ['banexempt=trunks', '203.0.113.1', false],
  ['banexempt=open', '203.0.113.1', false],
  ['banexempt=missing', '203.0.113.1', false],
];

test('this machine, localnet and what banexempt names are spared', async () => {
  const lists = new NamedAcls();
  const acl = '[trunks]\ndeny=0.0.0.0/0\npermit=198.51.100.0/24\n[open]\npermit=192.0.2.1\n';
  lists.configure((await parseText('acl.conf', acl)).config);
  const localnet = [parseNetwork('10.0.0.0/8', () => undefined)];
  for (const [lines, address, spared] of SPARED) {
    const { config } = await parseText('x.conf', `[general]\n${lines}\n`);
    const { set, problems } = read(banOptions, config.sections[0]!.variables);
    assert.deepEqual(problems, []);
    const values = { ...initial(banOptions), ...set };
    assert.equal(banRules(values, lists, localnet).spares(address), spared, `${lines} ${address}`);
  }
});
