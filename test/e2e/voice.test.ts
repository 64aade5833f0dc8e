/** Phones that nobody here wrote call each other: both hear what the other plays, and keys arrive. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Baresip } from '../support/baresip.js';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';
import { likeness, melody, writeWav } from '../support/wav.js';

const SECONDS = 4;
/** G.711 changes a melody by less than this. */
const ALIKE = 0.9;

let pbx: Obelisk;
let server: number;
let directory: string;
const melodies = new Map<string, Int16Array>();

const EXTENSIONS = `[internal]
exten => _10XX,1,Dial(SIP/\${EXTEN},20)
exten => 600,1,Answer()
 same => n,Echo()
exten => 700,1,Answer()
 same => n,Read(KEYS,,4,,1,10)
 same => n,Set(DB(e2e/\${CALLERID(num)})=\${KEYS})
 same => n,Hangup()
`;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-voice-'));
  pbx = await Obelisk.create({
    'sip.conf': PHONES.replace('context=internal', 'context=internal\ndirectmedia=no\ndisallow=all\nallow=ulaw,alaw'),
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

test('two phones call each other, and each hears what the other plays', { timeout: 60_000 }, async t => {
  const absent = await missing('baresip');
  if (absent) return t.skip(absent);
  const [caller, callee] = [await phone('1008'), await phone('1009', { answers: true })];
  try {
    caller.type('/dial 1009\n');
    await callee.says(/Call established/);
    const shown = await pbx.x('core show channels');
    assert.match(shown, /^SIP\/1008-\S+ +1009@internal:1 +Up +Dial\(SIP\/1009,20\)/m);
    assert.match(shown, /^2 active channels$/m);
    await caller.says(/terminated|closed/i);
    await callee.says(/terminated|closed/i);
  } finally {
    await caller.stop();
    await callee.stop();
  }
  const [heardByCaller, heardByCallee] = [await caller.heard(), await callee.heard()];
  const [calleesMelody, callersMelody] = [melodies.get('1009')!, melodies.get('1008')!];
  assert.ok(likeness(calleesMelody, heardByCaller) > ALIKE, 'the caller did not hear who was called');
  assert.ok(likeness(callersMelody, heardByCallee) > ALIKE, 'who was called did not hear the caller');
  assert.ok(likeness(callersMelody, heardByCaller) < ALIKE, 'the caller heard itself');
  assert.match(await pbx.x('core show channels count'), /^0 active channels$/m);
  return undefined;
});

test('a phone hears itself from Echo', { timeout: 60_000 }, async t => {
  const absent = await missing('baresip');
  if (absent) return t.skip(absent);
  const caller = await phone('1008', { home: 'echo' });
  try {
    caller.type('/dial 600\n');
    await caller.says(/Call established/);
    await caller.says(/terminated|closed/i);
  } finally {
    await caller.stop();
  }
  assert.ok(likeness(melodies.get('1008')!, await caller.heard()) > ALIKE);
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
