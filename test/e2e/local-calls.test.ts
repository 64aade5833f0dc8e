/** Calls without a phone, through Local channels, in a real process: modules in use, and stops while there are calls. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Obelisk, PHONES } from '../support/obelisk.js';

const bounded = { timeout: 60_000 };

const EXTENSIONS = `[internal]
exten => 600,1,Answer()
same => n,Echo()
exten => 601,1,Set(GLOBAL(SEEN)=\${SEEN}x)
same => n,Goto(600,1)
exten => h,1,Set(GLOBAL(ENDED)=\${ENDED}x)
`;

let obelisk: Obelisk;

before(async () => {
  obelisk = await Obelisk.create({ 'extensions.conf': EXTENSIONS, 'sip.conf': PHONES });
});
after(() => obelisk.remove());

/** Asks again until it is so. */
async function until(command: string, sign: RegExp): Promise<string> {
  for (;;) {
    const text = await obelisk.x(command);
    if (sign.test(text)) return text;
  }
}

const call = (extension = '600') => obelisk.x(`channel originate Local/${extension}@internal application Echo`);

test('a module is in use by the calls that run it, and goes by force when they have ended', bounded, async () => {
  await call();
  const list = await until('core show channels', /2 active calls/);
  assert.match(list, /^Local\/600@internal-00000000;1 +600@internal:1 +Up +Echo\(\) +$/m);
  assert.match(list, /^Local\/600@internal-00000000;2 +600@internal:2 +Up +Echo\(\) +$/m);
  assert.match(list, /^2 active channels\n2 active calls\n2 calls processed$/m);
  assert.match(
    await obelisk.x('module unload app_echo'),
    /app_echo is in use by Local\/600@internal-00000000;1, Local\/600/,
  );
  assert.match(await obelisk.x('module show app_echo'), /Use count {4}: 2/);
  assert.match(await obelisk.x('module unload -f app_echo'), /^Unloaded app_echo$/m);
  await until('core show channels count', /^0 active channels\n0 active calls\n2 calls processed/);
  assert.match(await obelisk.x('dialplan show globals'), /ENDED=x\n/);
  assert.match(await obelisk.x('module load app_echo'), /^Loaded app_echo$/m);
});

test('one that is sent elsewhere goes on there, one that is hung up ends with the other', bounded, async () => {
  await call();
  await until('core show channels count', /2 active calls/);
  const name = /^(Local\/\S+;2)/m.exec(await obelisk.x('core show channels'))![1];
  assert.match(await obelisk.x(`channel redirect ${name} 601,1`), /successfully redirected/);
  await until('dialplan show globals', /SEEN=x\n/);
  assert.match(
    await obelisk.x('channel request hangup *;1'),
    /^Requested Hangup on channel 'Local\/600@internal-0000000\d;1'$/m,
  );
  await until('core show channels count', /^0 active channels/);
});

test(
  'a graceful stop takes no new call and can be called off; one that waits ends with the last call',
  bounded,
  async () => {
    await call();
    await until('core show channels count', /2 active calls/);
    await obelisk.x('core stop gracefully');
    await obelisk.x('core abort shutdown');
    await call();
    await until('core show channels count', /4 active calls/);
    obelisk.kill('SIGTERM');
    const began = process.hrtime.bigint();
    assert.deepEqual(await obelisk.exited(), { code: 0, signal: null });
    assert.ok(Number(process.hrtime.bigint() - began) / 1e6 < 10_000);
    const log = await obelisk.read('log/messages');
    assert.doesNotMatch(log, /ERROR|left behind|did not end/);
  },
);
