/** The sip commands beyond what was recorded: other states, other answers, completion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, SipStage } from './sip-stage.js';

const PHONES = `
[general]
regcontext=phones
[alice]
type=friend
host=dynamic
secret=s
[Bob]
type=peer
host=dynamic
defaultip=192.0.2.7
[zoe]
type=user
secret=z
`;

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

const patterns: [pattern: string, found: string[] | RegExp][] = [
  ['al', ['alice']],
  ['^a', ['alice']],
  ['ALICE', []],
  ['^(alice|Bob)$', ['Bob', 'alice']],
  ['[[:upper:]]', ['Bob']],
  ['a.*i.*e', ['alice']],
  ['(a+)+$', []],
  ['.*.*.*.*e', ['alice']],
  ['(a)\\1', /\\1 is not known/],
  ['(a', /'\(' without '\)'/],
  ['a'.repeat(81), /longer than 80/],
];

for (const [pattern, found] of patterns) {
  test(`the pattern ${pattern.slice(0, 20)} finds ${String(found) || 'nobody'}`, async () => {
    const stage = await SipStage.of(PHONES);
    const text = await stage.text(`sip show peers like ${pattern.replaceAll('\\', '\\\\')}`);
    if (found instanceof RegExp) assert.match(text, found);
    else
      assert.deepEqual(
        text
          .split('\n')
          .slice(1, -2)
          .map(line => line.split(' ')[0]),
        found,
      );
    assert.deepEqual(stage.cli.faults, []);
  });
}

const completions: [line: string, words: string[]][] = [
  ['sip show peer ', ['Bob', 'alice']],
  ['sip show user ', ['alice', 'zoe']],
  ['sip unregister ', ['alice']],
  ['sip set debug peer ', ['Bob', 'alice', 'zoe']],
  ['sip show peer alice ', ['load']],
];

for (const [line, words] of completions) {
  test(`'${line}' completes to ${words.join(', ')}`, async () => {
    const stage = await SipStage.of(PHONES);
    stage.register('alice', 6000, 60);
    assert.deepEqual(stage.cli.table.complete(line).sort(), words);
  });
}

test('a peer shows what is set apart from the recorded: variables, path, proxy, realms', async () => {
  const stage = await SipStage.of(`
[trunk]
type=peer
host=192.0.2.3
port=5070
setvar=a=1
setvar=b=2
auth=me:secret@there
outboundproxy=proxy.example:5080,force
fromdomain=example.org:5061
busylevel=2
qualify=100
insecure=port,invite
`);
  const peer = stage.peers.get('trunk')!;
  peer.lastMs = 120;
  const text = await stage.text('sip show peer trunk');
  for (const line of [
    '  Realm-auth   : Realm there User me <Secret set>',
    '  FromDomain   : example.org Port 5061',
    '  Busy level   : 2',
    '  Insecure     : port,invite',
    '  Outb. proxy  : proxy.example:5080 (forced)',
    '  Addr->IP     : 192.0.2.3:5070',
    '  Status       : LAGGED (120 ms)',
    '  Variables    :\n                 a = 1\n                 b = 2\n  Sess-Timers  : Accept',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), line);
  }
  assert.ok(!text.includes('secret@'));
});

test('what the original does not know of digest is shown where it is in use, and nowhere else', async () => {
  const devices = `[a]\ntype=peer\nsecret=s\n[b]\ntype=peer\nauth_qop=auth\npassword_digest=SHA-256:${'a'.repeat(64)}\n`;
  const plain = await SipStage.of(devices);
  for (const command of ['sip show settings', 'sip show peer a', 'sip show user a']) {
    assert.doesNotMatch(await plain.text(command), /Auth\. (?:alg|qop)|PasswordDigest/, command);
  }
  assert.match(await plain.text('sip show peer b'), /\n {2}PasswordDigest: SHA-256\n {2}Auth\. qop {4}: auth\n/);
  const all = await SipStage.of(`[general]\nsupported_algorithms_uas=sha-256,MD5\nauth_qop=auth\n${devices}`);
  assert.match(
    await all.text('sip show settings'),
    /\n {2}Auth\. algorithms: {7}SHA-256, MD5\n {2}Auth\. qop: {14}auth\n/,
  );
  assert.match(await all.text('sip show peer a'), /\n {2}Auth\. algs\. {2}: SHA-256, MD5\n {2}Auth\. qop {4}: auth\n/);
});

test('settings show localnets one a line and sockets that are on', async () => {
  const stage = await SipStage.of(`
[general]
udpbindaddr=127.0.0.1
bindport=5070
tcpenable=yes
localnet=10.0.0.0/8
localnet=192.168.0.0/255.255.0.0
externaddr=198.51.100.1
jbenable=yes
rtptimeout=30
[authentication]
auth=me#0123456789abcdef0123456789abcdef@there
`);
  const text = await stage.text('sip show settings');
  for (const lines of [
    '  UDP Bindaddress:        127.0.0.1:5070',
    '  TCP SIP Bindaddress:    127.0.0.1:5060',
    '  Realm. auth:            Yes\n  Realm. auth entry:      Realm there User me <MD5secret set>',
    '  SIP address remapping:  Enabled using externaddr',
    '  Localnet:               10.0.0.0/255.0.0.0\n                          192.168.0.0/255.255.0.0',
    '  Jitterbuffer enabled:   Yes\n  Jitterbuffer forced:    No\n  Jitterbuffer max size:  200',
    '  RTP Timeout:            30\n',
    '  SIP realtime:           Disabled',
  ]) {
    assert.ok(text.includes(lines), lines);
  }
  assert.ok(!text.includes('Realtime SIP Settings'));
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
