/** NOTIFYs that the operator orders: what they say, where they go, and what becomes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import { faultOf, type NoticeLine } from '../../../modules/chan_sip/options/notify-line.js';
import { noticeOf } from '../../../modules/chan_sip/user/notice.js';
import { type Heard, optionsAnswer, SiteStage, SOURCE } from './site-stage.js';

const PHONE = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n';
const TRUNK = '[trunk]\ntype=peer\nhost=192.0.2.9\nport=5999\ndefaultuser=us\nremotesecret=theirs\n';
const AT = { address: '192.0.2.9', port: 5999 };

const lines = (...texts: readonly string[]): NoticeLine[] =>
  texts.map(text => ({ name: text.slice(0, text.indexOf('=')), value: text.slice(text.indexOf('=') + 1) }));

const CHECK = noticeOf(lines('Event=check-sync'));

const notify = (site: SiteStage, name: string, notice = CHECK) =>
  site.user.notifier.send(site.peers.get(name)!, notice);

/** With what is random made plain. */
const plain = (text: string): string =>
  text
    .replace(/branch=z9hG4bK[0-9a-f]+/, 'branch=B')
    .replace(/tag=as[0-9a-f]{8}/, 'tag=T')
    .replace(/Call-ID: [0-9a-f]{32}@/, 'Call-ID: C@');

const notifies = (site: SiteStage, source = SOURCE): Heard[] =>
  site.sent(source).filter(({ text }) => text.startsWith('NOTIFY'));

const notes = (site: SiteStage): string[] => site.stage.lines.filter(line => line.includes('NOTIFY'));

test('a registered phone gets it at its contact, with the headers of the recorded one and those of the order', async () => {
  const site = await SiteStage.of(`[general]\nuseragent=PBX\n${PHONE}`);
  site.login();
  const notice = noticeOf(
    lines('Event=check-sync;reboot=no', 'Content-Type=text/x', 'Content=a=b', 'Content=ü', 'Content-Length=7'),
  );
  assert.equal(notify(site, '1008', notice), 'sent');
  const [sent] = notifies(site);
  assert.deepEqual(plain(sent!.text).split('\r\n'), [
    'NOTIFY sip:1008@192.0.2.7:5062 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=B',
    'Max-Forwards: 70',
    'From: "asterisk" <sip:asterisk@192.0.2.1>;tag=T',
    'To: <sip:1008@192.0.2.7:5062>',
    'Contact: <sip:asterisk@192.0.2.1>',
    'Call-ID: C@192.0.2.1',
    'CSeq: 102 NOTIFY',
    'User-Agent: PBX',
    'Subscription-State: terminated',
    'Event: check-sync;reboot=no',
    'Content-Type: text/x',
    'Content-Length: 7',
    '',
    'a=b',
    '\xc3\xbc',
  ]);
  site.receive(optionsAnswer(sent!));
  assert.equal(site.user.notifier.size, 0);
  assert.deepEqual(notes(site), []);
  await site.close();
});

test('each contact of a device gets its own; with a Path it goes by that', async () => {
  const site = await SiteStage.of(`[general]\nsupportpath=yes\n${PHONE}maxcontacts=2\n`);
  const other = { address: '192.0.2.8', port: 5064 };
  site.login({ callId: 'a' });
  site.login({ callId: 'b', source: other, headers: ['Supported: path', 'Path: <sip:192.0.2.99;lr>'] });
  assert.equal(notify(site, '1008'), 'sent');
  assert.equal(notifies(site).length, 1);
  const [routed] = notifies(site, { address: '192.0.2.99', port: 5060 });
  assert.equal(routed!.header('Route'), '<sip:192.0.2.99;lr>');
  await site.close();
});

test('a device that nobody knows the place of is told of; defaultip is a place', async () => {
  const site = await SiteStage.of(
    `[general]\n${PHONE}[1009]\ntype=friend\nhost=dynamic\ndefaultip=192.0.2.9\nport=5999\n`,
  );
  assert.equal(notify(site, '1008'), 'nowhere');
  assert.equal(notify(site, '1009'), 'sent');
  assert.match(notifies(site, AT)[0]!.line + notifies(site, AT)[0]!.text, /NOTIFY sip:192\.0\.2\.9 SIP/);
  site.user.notifier.close();
  await site.close();
});

const challenge = (asked: Heard, status: 401 | 407, realm: string, nonce: string): string =>
  optionsAnswer(asked, status).replace(
    'Content-Length',
    `${status === 401 ? 'WWW' : 'Proxy'}-Authenticate: Digest realm="${realm}", nonce="${nonce}", algorithm=MD5\r\nContent-Length`,
  );

const field = (heard: Heard, header: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(heard.header(header) ?? '')?.[1];

test('a proxy and the device behind it are both shown credentials, in the same exchange', async () => {
  const site = await SiteStage.of(`[general]\n[authentication]\nauth=proxyuser:proxysecret@there\n${TRUNK}`);
  notify(site, 'trunk');
  site.receive(challenge(notifies(site, AT)[0]!, 407, 'there', 'n1'), AT);
  site.receive(challenge(notifies(site, AT)[1]!, 401, 'device', 'n2'), AT);
  const [first, , third] = notifies(site, AT);
  const uri = 'sip:192.0.2.9';
  assert.equal(
    field(third!, 'Proxy-Authorization', 'response'),
    digestResponse(ha1('proxyuser', 'there', 'proxysecret'), 'n1', 'NOTIFY', uri),
  );
  assert.equal(
    field(third!, 'Authorization', 'response'),
    digestResponse(ha1('us', 'device', 'theirs'), 'n2', 'NOTIFY', uri),
  );
  assert.deepEqual(
    [third!.header('CSeq'), third!.header('Call-ID'), third!.header('From')],
    ['104 NOTIFY', first!.header('Call-ID'), first!.header('From')],
  );
  site.receive(optionsAnswer(third!), AT);
  assert.deepEqual([site.user.notifier.size, notes(site)], [0, []]);
  await site.close();
});

test('credentials that are refused are not shown again, and the refusal is told', async () => {
  const site = await SiteStage.of(`[general]\n${TRUNK}`);
  notify(site, 'trunk');
  for (const nonce of ['n1', 'n2']) site.receive(challenge(notifies(site, AT).at(-1)!, 401, 'device', nonce), AT);
  assert.equal(notifies(site, AT).length, 2);
  assert.deepEqual(notes(site), ["notice: NOTIFY to 'trunk': it answered 401 Whatever"]);
  await site.close();
});

test('a phone that names the realm of a server is not shown what proves us there', async () => {
  const site = await SiteStage.of(`[general]\n[authentication]\nauth=provider:secret@provider\n${PHONE}`);
  site.login();
  notify(site, '1008');
  site.receive(challenge(notifies(site)[0]!, 401, 'provider', 'n1'));
  const shown = notifies(site)[1]!;
  assert.equal(field(shown, 'Authorization', 'username'), '1008');
  site.receive(optionsAnswer(shown));
  await site.close();
});

const OUTCOMES: readonly [what: string, become: (site: SiteStage) => void, told: string][] = [
  ['a refusal', site => void site.receive(optionsAnswer(notifies(site, AT)[0]!, 489), AT), 'it answered 489 Whatever'],
  ['silence', site => site.clock.advance(32_000), 'there was no answer'],
];

for (const [what, become, told] of OUTCOMES) {
  test(`${what} is told, and nothing is left`, async () => {
    const site = await SiteStage.of(`[general]\n${TRUNK}`);
    notify(site, 'trunk');
    become(site);
    assert.deepEqual([notes(site), site.user.notifier.size], [[`notice: NOTIFY to 'trunk': ${told}`], 0]);
    await site.close();
  });
}

test('what cannot be sent is told before the order returns', async () => {
  const site = await SiteStage.of(`[general]\n${TRUNK}`);
  site.cut(AT);
  assert.equal(notify(site, 'trunk'), 'sent');
  assert.deepEqual([notes(site).length, site.user.notifier.size], [1, 0]);
  await site.close();
});

test('no more than 1000 wait for their answers', async () => {
  const site = await SiteStage.of(`[general]\n${TRUNK}`);
  for (let n = 0; n < 1000; n += 1) assert.equal(notify(site, 'trunk'), 'sent');
  assert.equal(notify(site, 'trunk'), 'full');
  site.user.notifier.close();
  assert.deepEqual([site.user.notifier.size, notify(site, 'trunk')], [0, 'sent']);
  await site.close();
});

test('no line of an order ends a header or begins another', () => {
  const { headers } = noticeOf(lines('Event=a\r\nVia: b', 'Subscription-State=active'));
  assert.deepEqual(headers, [
    ['Event', 'a\r\nVia: b'],
    ['Subscription-State', 'active'],
  ]);
  assert.equal(faultOf({ name: 'X-Ok' }), undefined);
  for (const name of ['Via', 'f', 'CALL-ID', 'a b', 'a:b', '', 'x\r\ny', 'Authorization'])
    assert.ok(faultOf({ name }), name);
});

test('a value with ends of lines stays one line on the wire', async () => {
  const site = await SiteStage.of(`[general]\n${TRUNK}`);
  notify(site, 'trunk', noticeOf(lines('Event=a\r\nVia: b')));
  assert.ok(notifies(site, AT)[0]!.text.includes('\r\nEvent: a  Via: b\r\n'));
  site.user.notifier.close();
  await site.close();
});
