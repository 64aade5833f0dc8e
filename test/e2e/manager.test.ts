/** The recorded exchange with the manager interface, field by field; and a client library that nobody here wrote. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import connectManager from 'asterisk-manager';
import { SIP_CONF } from '../chan_sip/cli/recorded.js';
import { type Fields, fieldOf, ManagerClient } from '../res_manager/client.js';
import { type Exchange, recorded } from '../res_manager/recorded.js';
import { Obelisk } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

const bounded = { timeout: 30_000 };

const MANAGER = `[general]
enabled = yes
port = 0
bindaddr = 127.0.0.1
[admin]
secret = s3cret
read = all
write = all
`;

/** The ports of the recorded phones; here the system picks them. */
const PLACES = [6008, 6009];

let pbx: Obelisk;
let port: number;
const phones: Phone[] = [];

before(async () => {
  const sip = SIP_CONF.replaceAll('127.0.0.1:5960', '127.0.0.1:0');
  pbx = await Obelisk.create({ 'sip.conf': sip, 'manager.conf': MANAGER });
  port = Number(/TCP Bindaddress: +127\.0\.0\.1:(\d+)/.exec(await pbx.x('manager show settings'))![1]);
  const server = await pbx.port();
  for (const [at, name] of ['1008', '1009'].entries()) {
    const phone = await Phone.open(server, name, `pass${name}`);
    phones.push(phone);
    const options = { expires: 1700, contact: `<sip:${name}@127.0.0.1:${PLACES[at]};transport=udp>` };
    const first = await phone.ask(phone.request(options));
    const again = phone
      .request(options, first)
      .replace('Content-Length', 'User-Agent: videophone 1.0\r\nContent-Length');
    let last = await phone.ask(again);
    while (last.startsWith('OPTIONS')) last = await phone.receive();
    assert.equal(statusOf(last), 200, last);
  }
});

after(async () => {
  for (const phone of phones) phone.close();
  await pbx.remove();
});

/** Values that are others each time: what they look like. */
const VARYING: Readonly<Record<string, RegExp>> = {
  Uptime: /^\d+$/,
  LastReload: /^\d+$/,
  EventTV: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/,
  SessionTV: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/,
  SessionID: /^0x[0-9a-f]{12}$/,
  LocalAddress: /^IPV4\/TCP\/127\.0\.0\.1\/\d+$/,
  RemoteAddress: /^IPV4\/TCP\/127\.0\.0\.1\/\d+$/,
  Timestamp: /^\d{10}\.\d{6}$/,
  Status: /^(UNREACHABLE|UNKNOWN|Unmonitored|0|Fully Booted)$/,
  State: /^(Request Sent|Unregistered)$/,
  RegExpire: /^1[67]\d\d seconds$/,
  CoreStartupDate: /^\d{4}-\d\d-\d\d$/,
  CoreStartupTime: /^\d\d:\d\d:\d\d$/,
  CoreReloadDate: /^\d{4}-\d\d-\d\d$/,
  CoreReloadTime: /^\d\d:\d\d:\d\d$/,
  AsteriskVersion: /^(GIT-20-\w+|Obelisk \S+)$/,
};

/** What is different here, and why. */
const OURS: Readonly<Record<string, string>> = {
  CoreRealTimeEnabled: 'No', // nothing is mapped in this test
  'Line-000000-000001': 'udpbindaddr=127.0.0.1:0',
  'Line-000000-000003': 'tcpbindaddr=127.0.0.1:0',
};

/** Those that need a dialplan, or end the session. */
const ELSEWHERE = new Set(['ExtensionState', 'Logoff']);

/** A message as it must be to be the recorded one. */
const comparable = (message: Fields): Fields =>
  message.map(([name, value]) => {
    if (VARYING[name]?.test(value)) return [name, String(VARYING[name])];
    const at = phones.findIndex(phone => String(phone.port) === value);
    return [name, name in OURS ? 'ours' : at >= 0 ? String(PLACES[at]) : value];
  });

/** Told by something that does not wait for the client. */
const isAside = (message: Fields): boolean => fieldOf(message, 'Event') === 'Registry';

/** Secrets are kept to ourselves, and rows are sorted: what is printed is a matter of other tests. */
const withoutRows = (message: Fields): Fields =>
  message.filter(([name, value]) => name !== 'Output' || /^(Username|No such)/.test(value));

async function exchange(client: ManagerClient, { sent, received }: Exchange): Promise<void> {
  const wanted = received
    .filter(message => !isAside(message))
    .map(withoutRows)
    .map(comparable);
  const from = client.messages.length;
  client.send(...sent);
  const got = await client.until(() => {
    const messages = client.messages.slice(from).filter(message => !isAside(message) && !isLate(message));
    return messages.length >= wanted.length ? messages : undefined;
  });
  assert.deepEqual(got.map(withoutRows).map(comparable), wanted);
  for (const message of got) for (const [name, value] of message) if (name in OURS) assert.equal(value, OURS[name]);
}

/** Of the call that is tried: the device of the recording was known to be unreachable, so that there was none. */
const OF_CALLS = new Set([
  ...[
    'Newchannel',
    'Newstate',
    'Newexten',
    'NewAccountCode',
    'LocalBridge',
    'NewCallerid',
    'NewConnectedLine',
    'DialBegin',
    'DialState',
    'DialEnd',
    'Cdr',
  ],
  ...['HangupRequest', 'SoftHangupRequest', 'Hangup', 'DeviceStateChange', 'ExtensionStatus', 'VarSet'],
]);

/** The watch of devices goes on beside, and so does a call. */
const isLate = (message: Fields): boolean =>
  OF_CALLS.has(fieldOf(message, 'Event') ?? '') ||
  (fieldOf(message, 'Event') === 'PeerStatus' && fieldOf(message, 'PeerStatus') === 'Unreachable');

test('a wrong password is refused as recorded, and the connection ends', bounded, async () => {
  const client = ManagerClient.to(port);
  await exchange(client, recorded()[0]!);
  await client.closed;
});

test('the recorded exchange, field by field', bounded, async t => {
  const client = ManagerClient.to(port);
  for (const one of recorded().slice(1)) {
    if (!ELSEWHERE.has(one.action)) await t.test(`${one.id} ${one.action}`, () => exchange(client, one));
  }
  assert.equal(client.greeting, 'Asterisk Call Manager/9.0.0');
  await exchange(client, recorded().at(-1)!);
  await client.closed;
});

test('asterisk-manager logs in, lists peers, sees a registration and reloads a module', bounded, async () => {
  const ami = connectManager(port, '127.0.0.1', 'admin', 's3cret', true);
  try {
    await new Promise<void>(resolve => ami.on('connect', resolve));
    const events: Record<string, string>[] = [];
    const heard = (name: string, wanted: (event: Record<string, string>) => boolean = () => true) =>
      new Promise<Record<string, string>>(resolve => {
        ami.on(name, event => {
          events.push(event);
          if (wanted(event)) resolve(event);
        });
      });
    const done = heard('peerlistcomplete');
    const registered = heard('peerstatus', ({ peer }) => peer === 'SIP/1008');
    const reloaded = heard('reload');
    const entries: string[] = [];
    ami.on('peerentry', ({ objectname }) => entries.push(objectname!));
    const ask = (action: Record<string, string>) =>
      new Promise<Record<string, string>>((resolve, reject) => {
        ami.action(action, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    assert.equal((await ask({ action: 'sippeers' }))['response'], 'Success');
    await done;
    assert.deepEqual(entries, ['1008', '1009', '1010', 'trunk']);
    const answer = await phones[0]!.register({ contact: `<sip:1008@127.0.0.1:${phones[0]!.port}>` });
    assert.equal(statusOf(answer), 200);
    const { event, privilege, channeltype, peerstatus, address } = await registered;
    assert.deepEqual(
      { event, privilege, channeltype, peerstatus, address },
      {
        event: 'PeerStatus',
        privilege: 'system,all',
        channeltype: 'SIP',
        peerstatus: 'Registered',
        address: `127.0.0.1:${phones[0]!.port}`,
      },
    );
    assert.equal((await ask({ action: 'reload', module: 'chan_sip' }))['message'], 'Module Reloaded');
    assert.equal((await reloaded)['module'], 'chan_sip.so');
  } finally {
    ami.disconnect();
  }
});
