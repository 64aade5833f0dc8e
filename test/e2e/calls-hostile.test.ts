/** Callers that never acknowledge, that ring and vanish, that talk nonsense: what they leave behind is nothing. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';
import {
  answerWithin,
  CHALLENGED_AGAIN,
  expectAnswer,
  expectRequest,
  request,
  SDP,
  type Step,
  sipp,
} from '../support/sipp.js';
import { sparePort } from '../support/spare-port.js';

/** Half-open calls at once. */
const MANY = 1000;
/** Begun in a second: more than that, and a busy machine loses datagrams of SIPp. */
const RATE = '100';
const CREDENTIALS = 'username=1008 password=pass1008';

let pbx: Obelisk;
let server: number;
let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-hostile-'));
  pbx = await Obelisk.create({
    // 64 times 100 ms, so that what nobody acknowledges is over soon.
    'sip.conf': PHONES.replace('[general]', '[general]\ntimert1=100\nt1min=100'),
    'extensions.conf':
      '[internal]\nexten => 600,1,Answer()\n same => n,Echo()\nexten => 601,1,Ringing()\n same => n,Wait(60)\n',
    'rtp.conf': '[general]\nrtpstart=20000\nrtpend=40000\n',
  });
  server = await pbx.port();
});

after(async () => {
  await pbx.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const invited = (to: string, body = SDP): Step[] => [
  request({ method: 'INVITE', cseq: 1, to, body }),
  expectAnswer(401, { challenge: true }),
  request({ method: 'ACK', cseq: 1, to, sameBranch: true }),
  request({ method: 'INVITE', cseq: 2, to, body, auth: CREDENTIALS }),
  CHALLENGED_AGAIN,
  expectAnswer(100, { optional: true }),
];

async function run(
  t: { skip(why: string): void },
  name: string,
  steps: readonly Step[],
  more: { calls?: number; arguments?: string[] } = {},
) {
  const absent = await missing('sipp');
  if (absent) return t.skip(absent);
  const calling = await sipp({ directory, name, steps, port: await sparePort(), server, ...more });
  const { code, stderr, messages } = await calling.ended;
  assert.equal(code, 0, `${stderr}\n${messages.slice(-4000)}`);
  await nothingLeft();
  return undefined;
}

/** No channel, no dialog, no port of media. */
async function nothingLeft(): Promise<void> {
  let shown = '';
  for (let tries = 0; tries < 500; tries++) {
    shown = `${await pbx.says('core show channels count')}${await pbx.says('sip show channels')}`;
    if (/^0 active channels$/m.test(shown) && /^0 active SIP dialogs$/m.test(shown)) return;
    await pause(50);
  }
  assert.fail(`something is left:\n${shown}`);
}

test('an answer that nobody acknowledges is repeated, then the call is ended by a BYE', { timeout: 60_000 }, t =>
  run(t, 'no-ack', [...invited('600'), expectAnswer(200), expectRequest('BYE'), answerWithin(200, 'OK')]),
);

test(`${MANY} calls that nobody acknowledges leave nothing`, { timeout: 60_000 }, t =>
  run(t, 'half-open', [...invited('600'), expectAnswer(200), expectRequest('BYE'), answerWithin(200, 'OK')], {
    calls: MANY,
    arguments: ['-r', RATE, '-l', String(MANY)],
  }),
);

test(`${MANY} calls that ring and are given up leave nothing`, { timeout: 60_000 }, t =>
  run(
    t,
    'given-up',
    [
      ...invited('601'),
      expectAnswer(180),
      request({ method: 'CANCEL', cseq: 2, to: '601', sameBranch: true }).replace('[peer_tag_param]', ''),
      // In the order of the original.
      expectAnswer(487),
      request({ method: 'ACK', cseq: 2, to: '601', sameBranch: true }),
      // Nobody repeats a CANCEL once its INVITE is over: its answer may be lost.
      '<recv response="200" timeout="3000" ontimeout="1"/><label id="1"/>',
    ],
    { calls: MANY, arguments: ['-r', RATE, '-l', String(MANY)] },
  ),
);

const BAD: readonly (readonly [title: string, body: string])[] = [
  [
    'without a common codec',
    SDP.replace('RTP/AVP 0 101', 'RTP/AVP 97').replace('a=rtpmap:0 PCMU/8000', 'a=rtpmap:97 x/8000'),
  ],
  ['without an address (AST-2013-005)', SDP.replace(/c=.*\n/, '')],
  ['that is none', 'hello'],
  ['with a port that is none', SDP.replace('[media_port]', '99999999999999999999')],
];

for (const [at, [title, body]] of BAD.entries()) {
  test(`an offer ${title} is refused`, { timeout: 60_000 }, t =>
    run(t, `bad-${at}`, [
      ...invited('600', body),
      expectAnswer(488),
      request({ method: 'ACK', cseq: 2, to: '600', sameBranch: true }),
    ]),
  );
}

test('a storm of re-INVITEs is answered one by one, and the call stays', { timeout: 60_000 }, t => {
  const storm = Array.from({ length: 50 }, (_, at) => [
    request({ method: 'INVITE', cseq: 3 + at, to: '600', dialog: true, body: SDP }),
    expectAnswer(100, { optional: true }),
    expectAnswer(200),
    request({ method: 'ACK', cseq: 3 + at, to: '600', dialog: true }),
  ]).flat();
  return run(t, 'storm', [
    ...invited('600'),
    expectAnswer(200, { makesDialog: true }),
    request({ method: 'ACK', cseq: 2, to: '600', dialog: true }),
    ...storm,
    request({ method: 'BYE', cseq: 60, to: '600', dialog: true }),
    expectAnswer(200),
  ]);
});

test('a BYE to a dialog that is not there is answered 481', { timeout: 60_000 }, t =>
  run(t, 'bye', [
    request({ method: 'BYE', cseq: 1, to: '600' }).replace(
      '<sip:600@[remote_ip]>',
      '<sip:600@[remote_ip]>;tag=nothing',
    ),
    expectAnswer(481),
  ]),
);
