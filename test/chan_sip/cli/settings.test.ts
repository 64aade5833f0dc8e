/** What a peer and the settings show beyond what was recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SipStage } from './sip-stage.js';

test('a peer shows what is set apart from the recorded: variables, path, proxy, realms', async () => {
  const stage = await SipStage.of(`
[trunk]
type=peer
host=192.0.2.3
port=5070
setvar=a=1
setvar=b=2
setvar=a=3
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
    '  Realm-auth   : Realm there           User me         <Secret set>',
    '  FromDomain   : example.org Port 5061',
    '  Busy level   : 2',
    '  Insecure     : port,invite',
    '  Outb. proxy  : proxy.example:5080 (forced)',
    '  Addr->IP     : 192.0.2.3:5070',
    '  Status       : LAGGED (120 ms)',
    '  Variables    :\n                 b = 2\n                 a = 3\n  Sess-Timers  : Accept',
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
notifyringing=notinuse
notifycid=ignore-context
sdpsession=
outboundproxy=192.0.2.1:5070
[authentication]
auth=me#0123456789abcdef0123456789abcdef@there
auth=someone-else:secret@a-realm-that-is-long
`);
  const text = await stage.text('sip show settings');
  for (const lines of [
    '  UDP Bindaddress:        127.0.0.1:5070',
    '  TCP SIP Bindaddress:    127.0.0.1:5060',
    '  Realm. auth:            Yes\n  Realm. auth entry:      Realm there           User me         <MD5secret set>\n  Realm. auth entry:      Realm a-realm-that-is User someone-else <Secret set>',
    '  SIP address remapping:  Enabled using externaddr',
    '  Localnet:               10.0.0.0/255.0.0.0\n                          192.168.0.0/255.255.0.0',
    '  Jitterbuffer enabled:   Yes\n  Jitterbuffer forced:    No\n  Jitterbuffer max size:  200',
    '  Jitterbuffer impl:      fixed\n  Jitterbuffer log:       No\n',
    '  RTP Timeout:            30 \n',
    '  Notify ringing state:   Yes (when not in use)\n    Include CID:          Yes (Ignoring context)\n',
    '  SDP Session Name:       -\n',
    '  Outb. proxy:            192.0.2.1:5070 \n',
    '  SIP realtime:           Disabled',
  ]) {
    assert.ok(text.includes(lines), lines);
  }
  assert.ok(!text.includes('Realtime SIP Settings'));
  const quiet = await SipStage.of('[general]\nnotifyringing=no\njbenable=yes\njbimpl=adaptive\n');
  const other = await quiet.text('sip show settings');
  assert.doesNotMatch(other, /Include CID/);
  assert.match(other, /\n {2}Jitterbuffer impl: {6}adaptive\n {2}Jitterbuffer tgt extra: 40\n/);
});
