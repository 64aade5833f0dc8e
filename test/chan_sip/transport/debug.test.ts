/** `sip set debug`: whom it prints, and that nothing in a message can disguise it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { Debug, visible } from '../../../modules/chan_sip/transport/debug.js';
import { requestText } from '../../support/stage.js';
import { transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';
import { Wire } from '../../support/wire.js';

function debugging(...filters: string[]) {
  const lines: string[] = [];
  const debug = new Debug(line => lines.push(line));
  debug.enabled = true;
  for (const filter of filters) debug.filters.add(filter);
  const flow = (address: string, port: number) => new Wire(new TestClock(), 'udp', undefined, { address, port });
  return { lines, debug, flow };
}

test('a message is printed line by line under its direction, transport and address', () => {
  const { lines, debug, flow } = debugging();
  debug.show('read from', flow('127.0.0.1', 6008), 'OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n');
  debug.show('sent to', flow('::1', 5060), 'SIP/2.0 200 OK\r\n\r\n');
  assert.deepEqual(lines, [
    '<--- SIP read from UDP:127.0.0.1:6008 --->',
    'OPTIONS sip:a SIP/2.0',
    'l: 0',
    '',
    '',
    '<------------->',
    '<--- SIP sent to UDP:[::1]:5060 --->',
    'SIP/2.0 200 OK',
    '',
    '',
    '<------------->',
  ]);
});

/** Filters, an address, and whether it is printed. */
const FILTERS: readonly [filters: readonly string[], address: string, port: number, shown: boolean][] = [
  [[], '192.0.2.1', 5060, true],
  [['192.0.2.1'], '192.0.2.1', 5060, true],
  [['192.0.2.1'], '192.0.2.10', 5060, false],
  [['192.0.2.1:5060'], '192.0.2.1', 5060, true],
  [['192.0.2.1:5060'], '192.0.2.1', 5061, false],
  [['192.0.2.1', '192.0.2.2:7'], '192.0.2.2', 7, true],
  [['::1'], '::1', 5060, true],
  [['[::1]:5060'], '::1', 5060, true],
  [['[::1]:5060'], '::1', 5061, false],
];

for (const [filters, address, port, shown] of FILTERS) {
  test(`with [${filters}] a message of ${address} port ${port} is ${shown ? 'printed' : 'left out'}`, () => {
    const { lines, debug, flow } = debugging(...filters);
    debug.show('read from', flow(address, port), 'x');
    assert.equal(lines.length > 0, shown);
  });
}

test('switched off it prints nothing', () => {
  const { lines, debug, flow } = debugging();
  debug.enabled = false;
  debug.show('read from', flow('192.0.2.1', 1), 'x');
  assert.deepEqual(lines, []);
});

/** What came, as octets, and what is shown. */
const SHOWN = [
  ['a\tb\0c', 'a\\tb\\x00c'],
  ['lone\nfeed and lone\rreturn', 'lone\\nfeed and lone\\rreturn'],
  ['\x1b[2Jcleared\x7f', '\\x1b[2Jcleared\\x7f'],
  ['\x9b31m', '\\x9b31m'],
  ['J\xc3\xbcrgen', 'Jürgen'],
  ['J\xfcrgen', 'Jürgen'],
  ['\xe2\x80\xaeright to left', '\\u202eright to left'],
] as const;

for (const [octets, shown] of SHOWN) {
  test(`${JSON.stringify(octets)} is shown as ${shown}`, () => assert.equal(visible(octets), shown));
}

test('the layer prints what it reads and what it sends', { timeout: 30_000 }, async () => {
  await using stage = transportStage();
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  stage.layer.debug.enabled = true;
  phone.send(local, requestText('OPTIONS'));
  await phone.next();
  const { port } = phone.endpoint;
  const heads = stage.lines.filter(line => line.includes('<--- '));
  assert.deepEqual(heads, [
    `verbose: <--- SIP read from UDP:127.0.0.1:${port} --->`,
    `verbose: <--- SIP sent to UDP:127.0.0.1:${port} --->`,
  ]);
  assert.ok(stage.lines.includes('verbose: OPTIONS sip:100@pbx.example SIP/2.0'));
  assert.ok(stage.lines.includes('verbose: SIP/2.0 200 OK'));
});
