/** The sip commands beyond what was recorded: other states, other answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, PHONES, SipStage } from './sip-stage.js';

const answers: [what: string, command: string, arrange: (stage: SipStage) => void, answer: string][] = [
  [
    'no dialog',
    'sip show channels',
    () => {},
    `${'Peer'.padEnd(17)}${'User/ANR'.padEnd(17)}${'Call ID'.padEnd(17)}${'Format'.padEnd(17)}Hold     Last Message    Expiry     Peer      
0 active SIP dialogs
`,
  ],
  [
    'connections',
    'sip show tcp',
    stage =>
      stage.connectionRows.push(
        { protocol: 'tcp', remote: { address: '192.0.2.7', port: 50_123 }, ours: false },
        { protocol: 'tls', remote: { address: '2001:db8::7', port: 5061 }, ours: true },
      ),
    `${'Address'.padEnd(48)}Transport   Type
${'192.0.2.7:50123'.padEnd(48)}TCP       Server
${'[2001:db8::7]:5061'.padEnd(48)}TLS       Client
`,
  ],
  [
    'name servers',
    'sip show dns',
    stage => {
      const counts = { asked: 7, answered: 4, timeouts: 2, errors: 1, refusals: 0, strays: 3, truncated: 1 };
      const servers = [{ server: '192.0.2.53:53', silent: true, ...counts }];
      stage.nameCounts = { cached: 12, hits: 30, misses: 13, stale: 1, dropped: 0, servers };
    },
    `${'Name server'.padEnd(48)}    Asked  Answered Time-outs    Errors  Refusals    Strays State 
${'192.0.2.53:53'.padEnd(48)}        7         4         2         1         0         3 Silent
12 answers kept, 30 hits, 13 misses, 1 served late, 0 not asked
`,
  ],
  [
    'servers that failed of late',
    'sip show dns',
    stage => {
      stage.avoidedRows = [{ place: 'tcp 192.0.2.9:5060', left: 29_001 }];
    },
    `${'Name server'.padEnd(48)}    Asked  Answered Time-outs    Errors  Refusals    Strays State 
0 answers kept, 0 hits, 0 misses, 0 served late, 0 not asked
${'Tried last'.padEnd(48)}  Seconds
${'tcp 192.0.2.9:5060'.padEnd(48)}       30
`,
  ],
  [
    'domains',
    'sip show domains',
    stage =>
      stage.domainRows.push(
        { name: 'example.org', context: '', source: 'Configured' },
        { name: '127.0.0.1', context: 'in', source: 'Automatic' },
      ),
    `Our local SIP domains:                   Context              Set by          
example.org                              (default)            [Configured]    
127.0.0.1                                in                   [Automatic]     

`,
  ],
  ['recording', 'sip set history on', () => {}, "SIP History Recording Enabled (use 'sip show history')\n"],
  ['no recording', 'sip set history off', () => {}, 'SIP History Recording Disabled\n'],
  [
    'what went by under a Call-ID',
    'sip show history call',
    stage => {
      stage.history.enabled = true;
      const events = [
        'Rx              SUBSCRIBE / 1 SUBSCRIBE / sip:a',
        'TxResp          SIP/2.0 / 1 SUBSCRIBE - 489 Bad Event',
      ];
      stage.historyRows.push(
        { callId: 'call-1', subscription: true, events },
        { callId: 'call-2', subscription: false, events: [] },
        { callId: 'other', subscription: false, events },
      );
    },
    `
  * Subscription
1. Rx              SUBSCRIBE / 1 SUBSCRIBE / sip:a
2. TxResp          SIP/2.0 / 1 SUBSCRIBE - 489 Bad Event

  * SIP Call
Call 'call-2' has no history
`,
  ],
  [
    'a Call-ID that nothing went by under, and that nothing is recorded',
    'sip show history call',
    () => {},
    `
Nothing is being recorded: 'sip set history on' begins it.
No such SIP Call ID starting with 'call'
`,
  ],
  [
    'debugging that is on already',
    'sip set debug on',
    stage => void (stage.debug.enabled = true),
    'SIP Debugging re-enabled\n',
  ],
  ['an address', 'sip set debug ip 192.0.2.1', () => {}, 'SIP Debugging Enabled for IP: 192.0.2.1\n'],
  [
    'an address with a port',
    'sip set debug ip [2001:DB8::1]:5070',
    () => {},
    'SIP Debugging Enabled for IP: [2001:db8::1]:5070\n',
  ],
  [
    'what is no address',
    'sip set debug ip nowhere',
    () => {},
    "'nowhere' is no address: expected an IP address, with a port or without, got 'nowhere'\n",
  ],
  ['the default address of a device', 'sip set debug peer Bob', () => {}, 'SIP Debugging Enabled for IP: 192.0.2.7\n'],
  ['a device without address', 'sip set debug peer alice', () => {}, "Unable to get IP address of peer 'alice'\n"],
  ['a device that is not there', 'sip set debug peer bob', () => {}, "No such peer 'bob'\n"],
  ['no device of the database', 'sip prune realtime all', () => {}, 'No peers found to prune.\n'],
  [
    'a device that is no device of the database',
    'sip prune realtime peer alice',
    () => {},
    "Peer 'alice' is not a Realtime peer, cannot be pruned.\n",
  ],
  ['a name that nobody has', 'sip prune realtime peer nobody', () => {}, "Peer 'nobody' not found.\n"],
  [
    'devices of the database whose names match',
    'sip prune realtime peer like ^r[12]$',
    stage => {
      for (const name of ['r1', 'r2', 'r3']) stage.peers.create({ name, type: 'peer', own: {} }, 'realtime');
    },
    '2 peers pruned.\n',
  ],
  [
    'a name alone',
    'sip prune realtime r1',
    stage => void stage.peers.create({ name: 'r1', type: 'peer', own: {} }, 'realtime'),
    "Peer 'r1' pruned.\n",
  ],
  [
    'a pattern alone',
    'sip prune realtime like ^r',
    stage => void stage.peers.create({ name: 'r1', type: 'peer', own: {} }, 'realtime'),
    '1 peers pruned.\n',
  ],
  [
    'no name',
    'sip prune realtime peer',
    () => {},
    `Usage: sip prune realtime {peer {all|like <pattern>|<name>}|all|like <pattern>|<name>}
       Let go of devices of the database, so that they are read again
       Registrations stay in their rows. With a pattern, a regular expression, those whose name it matches.
`,
  ],
  ['a device that only calls', 'sip unregister zoe', () => {}, "Peer unknown: 'zoe'. Not unregistered.\n"],
  ['a device that is not registered', 'sip unregister alice', () => {}, 'Peer alice not registered\n'],
  ['a reload', 'sip reload', () => {}, ''],
  [
    'a reload while one is under way',
    'sip reload',
    stage => void (stage.outcome = { result: 'in progress' }),
    'Previous SIP reload not yet done\n',
  ],
  [
    'a reload of a file with errors',
    'sip reload',
    stage => void (stage.outcome = { result: 'error', why: 'sip.conf has errors\nsip.conf:3: this and that' }),
    'sip.conf has errors\nsip.conf:3: this and that\n',
  ],
  [
    'a reload that comes too late',
    'sip reload',
    stage => void (stage.outcome = { result: 'not running' }),
    'the reload ended with: not running\n',
  ],
  ['a user asked for as peer', 'sip show peer zoe', () => {}, 'Peer zoe not found.\n\n'],
  ['a peer asked for as user', 'sip show user Bob', () => {}, 'User Bob not found.\n\n'],
  ['a pattern that is broken', 'sip show peers like [a', () => {}, "'[a' is no regular expression: '[' without ']'\n"],
];

test("'sip set debug peer' shows one of several devices behind one address", async () => {
  const stage = await SipStage.of(PHONES);
  stage.register('alice', 6000, 60);
  assert.equal(await stage.text('sip set debug peer alice'), 'SIP Debugging Enabled for IP: 127.0.0.1\n');
  assert.deepEqual([...stage.debug.filters], ['127.0.0.1:6000']);
});

for (const [what, command, arrange, answer] of answers) {
  test(`'${command}' with ${what}`, async () => {
    const stage = await SipStage.of(PHONES);
    arrange(stage);
    assert.equal(await stage.text(command), answer);
    assert.deepEqual(stage.cli.faults, []);
  });
}

test('a dialog is one line, the hold and its end in one column', async () => {
  const stage = await SipStage.of(PHONES);
  const row = {
    address: '192.0.2.1',
    user: '',
    callId: 'abcdefghijklmnopqr',
    format: 'ulaw',
    lastMessage: 'Rx: INVITE',
  };
  stage.dialogRows.push({ ...row, hold: true, ending: true, transfer: '', device: 'alice' });
  const [, line, footer] = (await stage.text('sip show channels')).split('\n');
  assert.equal(
    line,
    '192.0.2.1        (None)           abcdefghijklmno  (ulaw)           Yes (d)  Rx: INVITE                 alice     ',
  );
  assert.equal(footer, '1 active SIP dialog');
});

test('objects are counted by where they come from, and listed by name and by address', async () => {
  const stage = await SipStage.of(PHONES);
  stage.peers.create({ name: 'guest', type: 'friend', own: {} }, 'autocreate');
  stage.register('alice', 6000, 60);
  const terms = {
    shown: '2001:<Set>@192.0.2.9/2001',
    text: '2001:pw@192.0.2.9/2001',
    host: '',
    port: 0,
    username: '',
    ...ACCOUNT,
  };
  stage.lines.push({ terms, refresh: 105, text: 'Registered', registeredAt: undefined });
  const entry = (name: string, held: number) => `name: ${name}\ntype: peer\nobjflags: 0\nrefcount: ${held}\n\n`;
  assert.equal(
    await stage.text('sip show objects'),
    `-= Peer objects: 3 static, 0 realtime, 1 autocreate =-

${entry('alice', 3)}${entry('Bob', 1)}${entry('zoe', 1)}${entry('guest', 1)}-= Peer objects by IP =-

${entry('alice', 3)}-= Registry objects: 1 =-

name: 2001:<Set>@192.0.2.9/2001
-= Dialog objects:

`,
  );
});

test('jobs are listed by the names of the original, then by our own', async () => {
  const stage = await SipStage.of(PHONES);
  const jobs = ['expire_register', 'timer E', 'timer J', 'timer J', 'sweep'].map(label =>
    stage.sched.after(label, 1000, () => {}),
  );
  assert.equal(
    await stage.text('sip show sched'),
    `
 Highwater = 5
 schedcnt = 5
    retrans_pkt : 1
    __sip_autodestruct : 2
    expire_register : 1
    auto_congest : 0
    sip_reg_timeout : 0
    sip_poke_peer_s : 0
    sip_poke_peer_now : 0
    sip_poke_noanswer : 0
    sip_reregister : 0
    sip_reinvite_retry : 0
    sweep : 1
   <unknown> : 0
`,
  );
  for (const job of jobs) job.cancel();
  assert.equal(stage.clock.pending, 0);
});

test('debugging one address takes the place of another, and off ends it', async () => {
  const stage = await SipStage.of(PHONES);
  await stage.text('sip set debug ip 192.0.2.1');
  await stage.text('sip set debug ip 192.0.2.2');
  assert.deepEqual([stage.debug.enabled, [...stage.debug.filters]], [true, ['192.0.2.2']]);
  await stage.text('sip set debug off');
  assert.deepEqual([stage.debug.enabled, stage.debug.filters.size], [false, 0]);
});

test('sipdebug=yes keeps debugging on, and the answer says so', async () => {
  const stage = await SipStage.of('[general]\nsipdebug=yes\n');
  assert.match(await stage.text('sip set debug off'), /^SIP Debugging stays on[^\n]*\n[^\n]*sipdebug=no[^\n]*\n$/);
  assert.equal(stage.debug.enabled, true);
});

test('without a database the list of peers has no column for it', async () => {
  const stage = await SipStage.of(PHONES);
  const [heading, ...lines] = (await stage.text('sip show peers')).split('\n');
  assert.match(heading!, /Description {22}$/);
  assert.deepEqual(
    lines.map(line => line.split(' ')[0]),
    ['Bob', 'alice', '2', ''],
  );
});

test('sip qualify peer asks the device and says nothing', async () => {
  const stage = await SipStage.recorded();
  assert.equal((await stage.text('sip qualify peer 1009')).trim(), '');
  assert.deepEqual(stage.qualified, ['1009']);
  assert.match(await stage.text('sip qualify peer nosuch'), /Peer 'nosuch' not found/);
});

test('with load a device of the database is read before it is asked or shown', async () => {
  const stage = await SipStage.recorded();
  const loaded: string[] = [];
  const { peers } = stage;
  const hidden = peers.remove('3001')!;
  stage.load = async (name, purpose) => {
    loaded.push(`${name} ${purpose}`);
    return name === '3001' ? hidden : undefined;
  };
  assert.match(await stage.text('sip qualify peer 3001'), /Peer '3001' not found/);
  assert.match(await stage.text('sip show peer 3001'), /Peer 3001 not found/);
  assert.deepEqual(loaded, []);
  assert.equal((await stage.text('sip qualify peer 3001 load')).trim(), '');
  assert.match(await stage.text('sip show peer 3001 load'), /\* Name {7}: 3001/);
  assert.deepEqual([stage.qualified, loaded], [['3001'], ['3001 register', '3001 register']]);
  assert.match(await stage.text('sip qualify peer nosuch load'), /Peer 'nosuch' not found/);
});
