/** The security line: as ban tools expect it, whatever the sender wrote into its values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SecurityEvent, type securityKinds, securityLine } from '../../core/security.js';
import fc from '../support/property.js';

const at = new Date(2026, 10, 22, 11, 44, 12, 221).getTime();

const event = (parts: Partial<SecurityEvent> = {}): SecurityEvent => ({
  kind: 'InvalidPassword',
  service: 'SIP',
  account: '1008',
  session: '0x7f875c00d660',
  local: { transport: 'udp', address: '127.0.0.1', port: 5960 },
  remote: { transport: 'udp', address: '127.0.0.1', port: 6008 },
  fields: { Challenge: '06361811', ReceivedChallenge: '06361811', ReceivedHash: 'e06365627d5a3cff038690a8a1222ed7' },
  ...parts,
});

/** As ban tools read the line: the address in the last RemoteAddress field, nothing but fields after it. */
const BAN =
  /^SecurityEvent="(?:FailedACL|InvalidAccountID|ChallengeResponseFailed|InvalidPassword)"(?:(?:,(?!RemoteAddress=)\w+="[^"]*")*|.*?),RemoteAddress="IPV[46]\/[^/"]+\/([^/"]+)\/\d+"(?:,(?!RemoteAddress=)\w+="[^"]*")*$/;
/** The same with no way round a field that is not what it should be. */
const STRICT = /^\w+="[^"]*"(?:,\w+="[^"]*")*$/;
/** One that reads from the left and takes the first address it finds. */
const FIRST = /RemoteAddress="IPV[46]\/(?:UDP|TCP|TLS)\/([\da-fA-F:.]+)\/\d+"/;

/** The zone is the machine's; the rest of the line does not depend on it. */
const withoutZone = (line: string): string => line.replace(/[+-]\d{4}"/, '+0000"');

test('the line is the one that is known', () => {
  assert.equal(
    withoutZone(securityLine(event(), at)),
    'SecurityEvent="InvalidPassword",EventTV="2026-11-22T11:44:12.221+0000",Severity="Error",Service="SIP",' +
      'EventVersion="2",AccountID="1008",SessionID="0x7f875c00d660",LocalAddress="IPV4/UDP/127.0.0.1/5960",' +
      'RemoteAddress="IPV4/UDP/127.0.0.1/6008",Challenge="06361811",ReceivedChallenge="06361811",' +
      'ReceivedHash="e06365627d5a3cff038690a8a1222ed7"',
  );
});

const tails: readonly [kind: keyof typeof securityKinds, fields: Record<string, string>, tail: string][] = [
  ['ChallengeSent', { Challenge: '52336d8f' }, 'Informational 1 Challenge="52336d8f"'],
  ['SuccessfulAuth', { UsingPassword: '1' }, 'Informational 1 UsingPassword="1"'],
  ['InvalidAccountID', {}, 'Error 1 '],
  ['FailedACL', { ACLName: 'device_must_match_acl' }, 'Error 1 ACLName="device_must_match_acl"'],
  ['InvalidTransport', { AttemptedTransport: 'TCP' }, 'Error 1 AttemptedTransport="TCP"'],
  ['SessionLimit', {}, 'Error 1 '],
  [
    'ChallengeResponseFailed',
    { ExpectedResponse: 'c', Challenge: 'a', Response: 'b', Unknown: 'x' },
    'Error 1 Challenge="a",Response="b",ExpectedResponse="c"',
  ],
];
for (const [kind, fields, tail] of tails) {
  test(`${kind} carries its own fields and no others`, () => {
    const line = securityLine(event({ kind, fields }), at);
    const [, severity, version, own] =
      /Severity="(\w+)",.*EventVersion="(\d)",.*RemoteAddress="[^"]*",?(.*)$/.exec(line) ?? [];
    assert.equal(`${severity} ${version} ${own}`, tail);
  });
}

test('the moment stands with the offset of the zone', () => {
  const zone = process.env['TZ'];
  const times: string[] = [];
  for (const name of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
    process.env['TZ'] = name;
    times.push(/EventTV="([^"]*)"/.exec(securityLine(event(), Date.UTC(2026, 10, 22, 23, 30, 0, 7)))?.[1] ?? '');
  }
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  assert.deepEqual(times, [
    '2026-11-22T23:30:00.007+0000',
    '2026-11-23T05:00:00.007+0530',
    '2026-11-22T20:00:00.007-0330',
  ]);
});

test('an IPv6 address is named as one', () => {
  const line = securityLine(event({ remote: { transport: 'tls', address: '2001:db8::1', port: 5061 } }), at);
  assert.match(line, /,RemoteAddress="IPV6\/TLS\/2001:db8::1\/5061",/);
});

const FORGED = 'RemoteAddress="IPV4/UDP/9.9.9.9/1"';
for (const account of [
  'x",RemoteAddress="IPV4/UDP/9.9.9.9/1',
  `x",${FORGED},Challenge="`,
  `x\\",${FORGED},y="`,
  `x\n[Nov 22 11:44:12] SECURITY[1] res_security_log.c: SecurityEvent="FailedACL",${FORGED}`,
  `x\r\n\0\x1b[2K"${FORGED}`,
  `\u0085\u2028",${FORGED}`,
  '"',
  '\\',
]) {
  test(`an account named ${JSON.stringify(account)} can not point at another address`, () => {
    for (const place of ['account', 'Challenge', 'ReceivedHash'] as const) {
      const forged = place === 'account' ? event({ account }) : event({ fields: { [place]: account } });
      const line = securityLine(forged, at);
      assert.equal(BAN.exec(line)?.[1], '127.0.0.1');
      assert.equal(FIRST.exec(line)?.[1], '127.0.0.1');
      assert.match(line, STRICT);
    }
  });
}

test('no value breaks the form of the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (account, challenge) => {
      const line = securityLine(event({ account, session: challenge, fields: { Challenge: challenge } }), at);
      assert.match(line, STRICT);
      assert.match(line, /^[\x20-\x7e]*$/);
      assert.equal(BAN.exec(line)?.[1], '127.0.0.1');
      assert.equal(line.match(/RemoteAddress="/g)?.length, 1);
    }),
  );
});

test('different values never become the same text', () => {
  const line = (account: string) => securityLine(event({ account }), at);
  assert.notEqual(line('a"'), line('a\\x22'));
  assert.notEqual(line('a\\'), line('a\\x5c'));
});
