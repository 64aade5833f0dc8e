/** Phones that nobody here wrote call each other: both hear what the other plays, and keys arrive. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Baresip } from '../support/baresip.js';
import { Linphone } from '../support/linphone.js';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';
import { likeness, melody, writeWav } from '../support/wav.js';

const SECONDS = 4;
/** Of one phone in that time. */
const PACKETS = SECONDS * 50;
/** Of which one is heard on a machine that has others to serve. */
const CALLS = 3;
/** G.711 changes a melody by less than this. */
const ALIKE = 0.9;

let pbx: Obelisk;
let server: number;
let directory: string;
const melodies = new Map<string, Int16Array>();

const EXTENSIONS = `[internal]
exten => _10XX,1,Dial(SIP/\${EXTEN},20)
exten => _8X.,1,Dial(Local/\${EXTEN:1}@behind,20)
exten => _9X.,1,Dial(Local/\${EXTEN:1}@behind/n,20)
exten => h,1,Set(DB(e2e/passed)=\${CHANNEL(rtpqos,audio,rxcount)} \${CHANNEL(rtpqos,audio,txcount)})
exten => 600,1,Answer()
 same => n,Echo()
exten => 700,1,Answer()
 same => n,Read(KEYS,,4,,1,10)
 same => n,Set(DB(e2e/\${CALLERID(num)})=\${KEYS})
 same => n,Hangup()

[behind]
exten => _10XX,1,Dial(SIP/\${EXTEN},20)
`;

const sipConf = (directmedia: string): string =>
  PHONES.replace('context=internal', `context=internal\ndirectmedia=${directmedia}\ndisallow=all\nallow=ulaw,alaw`);

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-voice-'));
  pbx = await Obelisk.create({
    'sip.conf': sipConf('no'),
    'extensions.conf': EXTENSIONS,
    'rtp.conf': '[general]\nrtpstart=30000\nrtpend=31000\n',
  });
  server = await pbx.port();
  for (const user of ['1008', '1009']) {
    melodies.set(user, melody(Number(user), SECONDS));
    await writeWav(join(directory, `${user}.wav`), melodies.get(user)!);
  }
});

after(async () => {
  await pbx.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const phone = (
  user: string,
  more: { answers?: boolean; keys?: 'rtpevent' | 'info'; home?: string } = {},
): Promise<Baresip> =>
  Baresip.start({
    home: join(directory, more.home ?? user),
    user,
    secret: `pass${user}`,
    server,
    plays: join(directory, `${user}.wav`),
    ...more,
    ...(more.home !== undefined && { home: join(directory, more.home) }),
  });

/** A machine that stands still for a moment loses sound: what is not heard in one call is in another. @param attempt says what was not */
async function untilHeard(attempt: (serial: number) => Promise<readonly string[]>): Promise<void> {
  let missed: readonly string[] = ['everything'];
  for (let serial = 1; missed.length > 0 && serial <= CALLS; serial++) missed = await attempt(serial);
  assert.deepEqual(missed, []);
}

/** What is so, by its words. */
const those = (facts: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.keys(facts).filter(words => facts[words]);

/** 1008 calls 1009, or as it is said, each plays its melody to the end, and each has heard that of the other. */
const call = (homes: string, during: () => Promise<void>, number?: string): Promise<void> =>
  untilHeard(serial => once(`${homes}-${serial}`, during, number));

async function once(homes: string, during: () => Promise<void>, number = '1009'): Promise<readonly string[]> {
  const caller = await phone('1008', { home: `${homes}-1008` });
  const callee = await phone('1009', { home: `${homes}-1009`, answers: true });
  try {
    caller.type(`/dial ${number}\n`);
    await callee.says(/Call established/);
    await during();
    await caller.says(/terminated|closed/i);
    await callee.says(/terminated|closed/i);
  } finally {
    await caller.stop();
    await callee.stop();
  }
  const [heardByCaller, heardByCallee] = [await caller.heard(), await callee.heard()];
  const [calleesMelody, callersMelody] = [melodies.get('1009')!, melodies.get('1008')!];
  await pbx.idle();
  return those({
    'the caller did not hear who was called': likeness(calleesMelody, heardByCaller) <= ALIKE,
    'who was called did not hear the caller': likeness(callersMelody, heardByCallee) <= ALIKE,
    'the caller heard itself': likeness(callersMelody, heardByCaller) >= ALIKE,
  });
}

/** Packets of the last call that came from the caller to us, and that went to it from us. */
async function passed(): Promise<readonly number[]> {
  const counts = /Value: (\d+) (\d+)/.exec(await pbx.x('database get e2e passed'));
  assert.ok(counts);
  return counts.slice(1).map(Number);
}

test('two phones call each other, and each hears what the other plays', { timeout: 60_000 }, async t => {
  const absent = await missing('baresip');
  if (absent) return t.skip(absent);
  await call('relayed', async () => {
    const shown = await pbx.x('core show channels');
    assert.match(shown, /^SIP\/1008-\S+ +1009@internal:1 +Up +Dial\(SIP\/1009,20\)/m);
    assert.match(shown, /^2 active channels$/m);
  });
  for (const count of await passed()) assert.ok(count > PACKETS / 2, `${count} packets came by us`);
  return undefined;
});

for (const directmedia of ['yes', 'nonat']) {
  test(`directmedia=${directmedia}: two phones hear each other, and not by us`, { timeout: 60_000 }, async t => {
    const absent = await missing('baresip');
    if (absent) return t.skip(absent);
    await pbx.write('sip.conf', sipConf(directmedia));
    await pbx.x('sip reload');
    await call(`direct-${directmedia}`, async () => undefined);
    for (const count of await passed()) assert.ok(count < PACKETS / 4, `${count} packets came by us`);
    return undefined;
  });
}

for (const [number, past] of [
  ['81009', true],
  ['91009', false],
] as const) {
  const title = `through a Local channel${past ? '' : ' with /n'} two phones hear each other, ${past ? 'and not' : 'but'} by us`;
  test(title, { timeout: 60_000 }, async t => {
    const absent = await missing('baresip');
    if (absent) return t.skip(absent);
    await pbx.write('sip.conf', sipConf('yes'));
    await pbx.x('sip reload');
    const during = async () => assert.match(await pbx.x('core show channels'), /^4 active channels$/m);
    await call(`local-${number}`, during, number);
    for (const count of await passed()) assert.equal(count < PACKETS / 4, past, `${count} packets came by us`);
    return undefined;
  });
}

test('a baresip and a linphone hear each other by direct media', { timeout: 60_000 }, async t => {
  const absent = (await missing('baresip')) || (await missing('linphonec'));
  if (absent) return t.skip(absent);
  await pbx.write('sip.conf', sipConf('yes'));
  await pbx.x('sip reload');
  await untilHeard(callLinphone);
  for (const count of await passed()) assert.ok(count < PACKETS / 4, `${count} packets came by us`);
  return undefined;
});

/** 1008 calls a linphone, which is 1010 and plays what 1009 does. */
async function callLinphone(serial: number): Promise<readonly string[]> {
  const [secret, plays] = ['pass1010', join(directory, '1009.wav')];
  const home = join(directory, `linphone-${serial}`);
  const callee = await Linphone.start({ home, user: '1010', secret, server, plays });
  const caller = await phone('1008', { home: `to-linphone-${serial}` });
  try {
    while (!/^1010\S* +127\.0\.0\.1 /m.test(await pbx.says('sip show peers')));
    caller.type('/dial 1010\n');
    await caller.says(/Call established/);
    await caller.says(/terminated|closed/i);
  } finally {
    await caller.stop();
    await callee.stop();
  }
  await pbx.idle();
  return those({
    'the caller did not hear who was called': likeness(melodies.get('1009')!, await caller.heard()) <= ALIKE,
    'who was called did not hear the caller': likeness(melodies.get('1008')!, await callee.heard()) <= ALIKE,
  });
}

test('a phone hears itself from Echo', { timeout: 60_000 }, async t => {
  const absent = await missing('baresip');
  if (absent) return t.skip(absent);
  await untilHeard(async serial => {
    const caller = await phone('1008', { home: `echo-${serial}` });
    try {
      caller.type('/dial 600\n');
      await caller.says(/Call established/);
      await caller.says(/terminated|closed/i);
    } finally {
      await caller.stop();
    }
    return those({ 'it did not hear itself': likeness(melodies.get('1008')!, await caller.heard()) <= ALIKE });
  });
  return undefined;
});

for (const keys of ['rtpevent', 'info'] as const) {
  test(`keys that come as ${keys === 'info' ? 'INFO' : 'events of RTP'} arrive`, { timeout: 60_000 }, async t => {
    const absent = await missing('baresip');
    if (absent) return t.skip(absent);
    const caller = await phone('1008', { keys, home: `keys-${keys}` });
    try {
      caller.type('/dial 700\n');
      await caller.says(/Call established/);
      for (const key of '2580') caller.type(key);
      await caller.says(/terminated|closed/i);
    } finally {
      await caller.stop();
    }
    assert.match(await pbx.x('database get e2e 1008'), /Value: 2580/);
    await pbx.x('database deltree e2e');
    return undefined;
  });
}
