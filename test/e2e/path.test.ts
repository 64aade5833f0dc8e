/** Two phones of one account behind a proxy that nobody here wrote: each is asked by the way that it came. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { missing, Obelisk } from '../support/obelisk.js';
import { sparePort } from '../support/spare-port.js';

const SIP_CONF = `[general]
udpbindaddr=127.0.0.1:0
realm=asterisk
overloaddelay=0
supportpath=yes
[1008]
type=friend
host=dynamic
secret=pass1008
maxcontacts=2
qualify=yes
`;

/** Adds itself to the Path of REGISTERs, and says of what comes back which way it goes. */
const proxyConf = (port: number, pbx: number): string => `
debug=2
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "rr.so"
loadmodule "path.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
modparam("path", "use_received", 1)
request_route {
  if (is_method("REGISTER")) {
    add_path_received();
    $du = "sip:127.0.0.1:${pbx}";
    t_relay();
    exit;
  }
  loose_route();
  # 1: another Route follows; -3: it was the last one.
  if ($rc == 1 || $rc == -3) {
    xlog("L_NOTICE", "back: $rm to $ru by $du\\n");
    t_relay();
    exit;
  }
  sl_send_reply("404", "Not Here");
}
onreply_route {
  xlog("L_NOTICE", "answer: $rs to $rm from $si:$sp\\n");
}
`;

test('phones behind Kamailio register with its Path, and OPTIONS goes back to each through it', async t => {
  const absent = (await missing('kamailio')) || (await missing('baresip'));
  if (absent) return t.skip(absent);
  // The phones go first: they say goodbye through the proxy.
  const after: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const undo of after.reverse()) await undo();
  });
  const home = await mkdtemp(join(tmpdir(), 'obelisk-path-'));
  after.push(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  const pbx = await Obelisk.create({ 'sip.conf': SIP_CONF });
  after.push(() => pbx.remove());
  const [server, port] = [await pbx.port(), await sparePort()];
  const proxy = await startProxy(after, home, proxyConf(port, server));
  for (const name of ['one', 'two']) await startPhone(after, join(home, name), server, port);
  const shown = await until(
    () => pbx.says('sip show peer 1008'),
    /Contact\[1\].* OK \(\d+ ms\)[\s\S]*Contact\[2\].* OK \(/,
  );
  assert.match(shown, new RegExp(`Contact\\[1\\] {3}: .*, path <sip:127\\.0\\.0\\.1:${port};lr;received=`));
  assert.match(await pbx.x('sip show peers'), /^(?:1008\/1008.* OK \(\d+ ms\) +\n){2}1 sip peers/m);
  const contacts = [...shown.matchAll(/Contact\[\d\] {3}: <([^>]*)>/g)].map(([, contact]) => contact!);
  for (const contact of contacts) {
    const [, phone] = /@(127\.0\.0\.1:\d+)$/.exec(contact)!;
    assert.ok(proxy.output.includes(`back: OPTIONS to ${contact} by sip:${phone}`), proxy.output);
    assert.ok(proxy.output.includes(`answer: 200 to OPTIONS from ${phone}`), proxy.output);
  }
  return undefined;
});

async function startProxy(
  after: (() => Promise<void>)[],
  home: string,
  conf: string,
): Promise<{ readonly output: string }> {
  const file = join(home, 'kamailio.cfg');
  await writeFile(file, conf);
  const options = ['-f', file, '-DD', '-E', '-m', '16', '-M', '4', '-Y', home, '-P', join(home, 'kamailio.pid')];
  const child = spawn('kamailio', options, { stdio: ['ignore', 'pipe', 'pipe'] });
  after.push(() => ended(child));
  const heard = { output: '' };
  const hear = (chunk: Buffer): void => void (heard.output += chunk.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  await until(async () => heard.output, /Listening on/);
  return heard;
}

async function startPhone(after: (() => Promise<void>)[], home: string, server: number, proxy: number): Promise<void> {
  await mkdir(home);
  const account = `<sip:1008@127.0.0.1:${server}>;outbound="sip:127.0.0.1:${proxy};lr";auth_pass=pass1008;regint=60\n`;
  await writeFile(join(home, 'accounts'), account);
  const modules = 'module_app account.so\nmodule stdio.so\nmodule_app menu.so\n';
  await writeFile(join(home, 'config'), `module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:0\n${modules}`);
  const phone = spawn('baresip', ['-f', home, '-4'], { stdio: ['pipe', 'ignore', 'ignore'] });
  after.push(() => ended(phone));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** What is told, as soon as it shows that. @throws with what was told last */
async function until(tell: () => Promise<string>, sign: RegExp): Promise<string> {
  let told = '';
  for (let tries = 0; tries < 300; tries++) {
    told = await tell();
    if (sign.test(told)) return told;
    await wait(100);
  }
  throw new Error(`never ${sign}:\n${told}`);
}
