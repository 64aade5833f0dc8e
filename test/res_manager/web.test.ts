/** The manager interface over HTTP: forms of answers, sessions by cookies, and their limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagerCall } from '../../core/manager.js';
import { WebManager } from '../../modules/res_manager/web/server.js';
import { until } from '../support/passing.js';
import { HTTP, serveHttp, urlOf } from '../support/web.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 30_000 };

const WEB = `${GENERAL}webenabled=yes\nhttptimeout=60\n${ADMIN}`;

async function webStage(conf = WEB) {
  const at = await ManagerStage.of(conf, { 'http.conf': HTTP });
  const http = await serveHttp(at.stage);
  const web = new WebManager(at.stage.core, at.server);
  at.stage.core.defer('web', () => web.close());
  web.serveOver(http);
  let cookie = '';
  /** As a browser: with the cookie that came last. */
  const get = async (path: string, form?: Readonly<Record<string, string>>) => {
    const answer = await fetch(urlOf(http.bound()[0]!, 'http', path), {
      headers: { connection: 'close', cookie },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    cookie = /^[^;]*/.exec(answer.headers.get('set-cookie') ?? '')![0] || cookie;
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text(), cookie };
  };
  const forget = () => {
    cookie = '';
  };
  const end = () => {
    web.close();
    return at[Symbol.asyncDispose]();
  };
  return { at, http, web, get, forget, [Symbol.asyncDispose]: end };
}

const LOGIN = '/rawman?action=login&username=admin&secret=s3cret';

test('a login gives a cookie, and who shows it is served', bounded, async () => {
  await using s = await webStage();
  assert.equal((await s.get('/rawman?action=restart')).text, 'Response: Error\r\nMessage: Permission denied\r\n\r\n');
  const login = await s.get(LOGIN);
  assert.match(login.text, /^Response: Success\r\nMessage: Authentication accepted\r\n\r\n/);
  assert.match(login.cookie, /^mansession_id="[0-9a-f]{32}"$/);
  const restart = await s.get('/rawman?action=restart&actionid=7');
  assert.equal(restart.text, 'Response: Success\r\nActionID: 7\r\nMessage: Done\r\n\r\n');
  assert.equal(restart.cookie, login.cookie);
  assert.match((await s.get('/rawman?action=logoff')).text, /^Response: Goodbye/);
  assert.match((await s.get('/rawman?action=restart')).text, /Permission denied/);
  assert.equal(s.web.visitors.size, 0);
});

test('a list that is too long for one page is broken off, and the session goes on', { timeout: 60_000 }, async () => {
  await using s = await webStage();
  let made = 0;
  const value = 'x'.repeat(1024 * 1024);
  const all = function* () {
    for (; made < 100; made += 1) yield made;
  };
  const run = async (call: ManagerCall) => {
    const list = call.list('Many will follow');
    await list.entries('One', all(), () => [['Value', value]]);
    list.complete('AllDone');
  };
  s.at.stage.core.action({ name: 'Huge', privileges: [], summary: 'List much', run });
  await s.get(LOGIN);
  const { text } = await s.get('/rawman?action=huge');
  assert.match(text.slice(-100), /Event: ListAborted\r\nEventList: Cancelled\r\nListItems: 64\r\n\r\n$/);
  assert.ok(made < 70, `${made} were made`);
  assert.match((await s.get('/rawman?action=restart')).text, /Done/);
});

for (const [who, leave] of [
  ['the client leaves', (request: AbortController) => request.abort()],
  ['the interface ends', (_request: AbortController, web: WebManager) => web.close()],
] as const) {
  test(`a list that is made for nobody, since ${who}, is not made to its end`, bounded, async () => {
    await using s = await webStage();
    const { cookie } = await s.get(LOGIN);
    let made = 0;
    let over = false;
    const endless = function* () {
      try {
        for (;;) yield made++;
      } finally {
        over = true;
      }
    };
    s.at.stage.core.action({
      name: 'Endless',
      privileges: [],
      summary: 'List without an end',
      run: (call: ManagerCall) => call.list('Many will follow').entries('One', endless(), n => [['Number', n]]),
    });
    const request = new AbortController();
    const url = urlOf(s.http.bound()[0]!, 'http', '/rawman?action=endless');
    const answer = Promise.allSettled([fetch(url, { headers: { cookie }, signal: request.signal })]);
    await until(() => made > 0);
    leave(request, s.web);
    await until(() => over);
    request.abort();
    await answer;
  });
}

test('XML escapes what it holds, and tells fields of one name apart', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  const { text, type } = await s.get("/mxml?action=echo&A%20b=<'\"%26>&A%20b=2&ajaxdest=x'y");
  assert.equal(type, 'text/xml; charset=utf-8');
  assert.equal(
    text,
    "<ajax-response>\n<response type='object' id='x&apos;y'><generic response='Success' a_b='&lt;&apos;&quot;&amp;&gt;' a_b-2='2' ajaxdest='x&apos;y' /></response>\n</ajax-response>\n",
  );
});

test('the page escapes what it shows', bounded, async () => {
  await using s = await webStage();
  await s.get('/manager', { action: 'login', username: 'admin', secret: 's3cret' });
  const { text, type } = await s.get('/manager', { action: 'echo', x: '<script>' });
  assert.equal(type, 'text/html; charset=utf-8');
  assert.match(text, /<tr><td>x<\/td><td>&lt;script&gt;<\/td><\/tr>/);
  assert.match((await s.get('/manager')).text, /<form method="post">/);
});

test('no field becomes a line of its own', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  const { text } = await s.get('/rawman?action=echo&a=b%0d%0aEvent:%20Fake&c%0d%0ad=e');
  assert.equal(text, 'Response: Success\r\na: b Event: Fake\r\nc d: e\r\n\r\n');
});

test('waitevent gives what happened, and ends when nobody waits any more', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  s.at.stage.core.emit('peerStatus', { technology: 'SIP', peer: '1008', status: 'Registered' });
  const { text } = await s.get('/rawman?action=waitevent&timeout=60');
  assert.match(text, /Event: PeerStatus\r\n.*Event: WaitEventComplete\r\n\r\n$/s);
  const session = s.at.server.sessions()[0]!;
  const gone = new AbortController();
  const { cookie } = await s.get('/rawman?action=echo');
  const waiting = fetch(urlOf(s.http.bound()[0]!, 'http', '/rawman?action=waitevent'), {
    headers: { cookie },
    signal: gone.signal,
  });
  await s.at.seen(() => s.at.stage.heap.size > 1);
  gone.abort();
  await assert.rejects(waiting);
  await s.at.seen(() => s.at.stage.heap.size === 1);
  assert.equal(session.closed, false);
});

test('an answer of one request is no event for another that waits on the same session', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  const waiting = s.get('/rawman?action=waitevent&timeout=60');
  await s.at.seen(() => s.at.stage.heap.size > 1);
  const jobs = s.at.stage.heap.size;
  assert.match((await s.get('/rawman?action=restart')).text, /Done/);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(s.at.stage.heap.size, jobs);
  s.at.stage.core.emit('peerStatus', { technology: 'SIP', peer: '1008', status: 'Registered' });
  assert.match((await waiting).text, /PeerStatus/);
});

test('who logs in gets a key that nobody saw before, and one that was made up opens nothing', bounded, async () => {
  await using s = await webStage();
  const guest = (await s.get('/rawman?action=challenge&authtype=md5')).cookie;
  const member = (await s.get(LOGIN)).cookie;
  assert.notEqual(guest, member);
  for (const cookie of [guest, `mansession_id="${'0'.repeat(32)}"`]) {
    const made = await fetch(urlOf(s.http.bound()[0]!, 'http', '/rawman?action=restart'), { headers: { cookie } });
    assert.match(await made.text(), /Permission denied/);
  }
  assert.equal(s.web.visitors.size, 1);
});

test('no more than 100 are logged in over HTTP; the one that asked least lately goes', {
  timeout: 30_000,
}, async () => {
  await using s = await webStage();
  const first = (await s.get(LOGIN)).cookie;
  for (let n = 0; n < 100; n += 1) {
    s.forget();
    await s.get(LOGIN);
  }
  assert.deepEqual([s.web.visitors.size, s.at.server.sessions().length], [100, 100]);
  const old = await fetch(urlOf(s.http.bound()[0]!, 'http', '/rawman?action=restart'), { headers: { cookie: first } });
  assert.match(await old.text(), /Permission denied/);
});

test('a session ends after httptimeout without a request', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  s.at.stage.clock.advance(59_999);
  assert.match((await s.get('/rawman?action=restart')).text, /Done/);
  s.at.stage.clock.advance(59_999);
  assert.equal(s.web.visitors.size, 1);
  s.at.stage.clock.advance(1);
  assert.equal(s.web.visitors.size, 0);
  assert.match((await s.get('/rawman?action=restart')).text, /Permission denied/);
});

test('waitevent ends before its session does, which lasts from then on', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  for (const asked of ['', '&timeout=3600']) {
    const waiting = s.get(`/rawman?action=waitevent${asked}`);
    await s.at.seen(() => s.at.stage.heap.size > 1);
    s.at.stage.clock.advance(50_000);
    const { text } = await waiting;
    assert.match(text, /^Response: Success\r\nMessage: Waiting for Event completed.\r\n\r\nEvent: WaitEventComplete/);
  }
  assert.match((await s.get('/rawman?action=restart')).text, /Done/);
});

test('a session does not end while what it asked for is done', bounded, async () => {
  await using s = await webStage();
  await s.get(LOGIN);
  let done = (): void => undefined;
  const work = new Promise<void>(resolve => (done = resolve));
  const run = async (call: ManagerCall) => {
    await work;
    call.reply([['Message', 'Slow']]);
  };
  s.at.stage.core.action({ name: 'Slow', privileges: [], summary: 'Take long', run });
  const slow = s.get('/rawman?action=slow');
  await s.at.seen(() => s.at.server.sessions()[0]!.requests === 1);
  s.at.stage.clock.advance(600_000);
  done();
  assert.match((await slow).text, /Slow/);
  assert.match((await s.get('/rawman?action=restart')).text, /Done/);
  s.at.stage.clock.advance(60_000);
  assert.equal(s.web.visitors.size, 0);
});

test('who has not logged in leaves nothing behind, and challenges are no more than authlimit', bounded, async () => {
  await using s = await webStage(WEB.replace('[admin]', 'authlimit=2\n[admin]'));
  for (let n = 0; n < 5; n += 1) {
    s.forget();
    await s.get('/rawman?action=echo');
  }
  assert.equal(s.web.visitors.size, 0);
  for (let n = 0; n < 5; n += 1) {
    s.forget();
    await s.get('/rawman?action=challenge&authtype=md5');
  }
  assert.equal(s.web.visitors.size, 2);
  s.at.stage.clock.advance(5000);
  assert.equal(s.web.visitors.size, 0);
});

const REFUSED: readonly [what: string, request: RequestInit, status: number][] = [
  ['another method', { method: 'PUT' }, 405],
  ['a form of another kind', { method: 'POST', headers: { 'content-type': 'multipart/form-data' }, body: 'x' }, 415],
  ['a form too long', { method: 'POST', body: new URLSearchParams({ x: 'y'.repeat(70_000) }) }, 413],
];

for (const [what, request, status] of REFUSED) {
  test(`${what} is answered ${status}`, bounded, async () => {
    await using s = await webStage();
    const answer = await fetch(urlOf(s.http.bound()[0]!, 'http', '/rawman'), request).catch(thrown => thrown as Error);
    // A form that is not read to its end may be cut before its sender reads the answer.
    if (answer instanceof Error) assert.equal(status, 413);
    else assert.equal(answer.status, status);
  });
}

test('without webenabled nothing is served, and a reload decides anew', bounded, async () => {
  await using s = await webStage(GENERAL + ADMIN);
  assert.equal((await s.get(LOGIN)).status, 404);
  s.at.stage.write('manager.conf', WEB);
  await s.at.server.reload();
  s.web.configure();
  assert.equal((await s.get(LOGIN)).status, 200);
});
