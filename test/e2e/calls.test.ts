/** The call flows of RFC 3665 §3 that a PBX can meet, with SIPp at both ends. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing, Obelisk, PHONES } from '../support/obelisk.js';
import {
  answer,
  answerWithin,
  CHALLENGED_AGAIN,
  expectAnswer,
  expectRequest,
  request,
  SDP,
  type Step,
  sipp,
  wait,
} from '../support/sipp.js';
import { sparePort } from '../support/spare-port.js';

let pbx: Obelisk;
let server: number;
let directory: string;
let called: number;
let other: number;
let silent: number;

const CREDENTIALS = 'username=1008 password=pass1008';

const EXTENSIONS = `[general]
[globals]
[internal]
exten => _20XX,1,Dial(SIP/\${EXTEN},20)
exten => 3009,1,Dial(SIP/2009,1)
exten => 4009,1,Dial(SIP/2009&SIP/2010,20)
exten => 5009,1,Dial(SIP/2009,20)
 same => n,NoOp(\${DIALSTATUS})
 same => n,Hangup(21)
`;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-calls-'));
  [called, other, silent] = [await sparePort(), await sparePort(), await sparePort()];
  const fixed = (name: string, port: number, more = '') =>
    `[${name}]\ntype=friend\nhost=127.0.0.1\nport=${port}\ncontext=internal\ndirectmedia=no\n${more}`;
  pbx = await Obelisk.create({
    'sip.conf':
      PHONES + fixed('2009', called) + fixed('2010', other) + fixed('2011', silent, 'timert1=200\ntimerb=800\n'),
    'extensions.conf': EXTENSIONS,
  });
  server = await pbx.port();
});

after(async () => {
  await pbx.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

/** INVITE, challenge, and INVITE with credentials: every call begins so. */
const authenticated = (to: string, body = SDP): Step[] => [
  request({ method: 'INVITE', cseq: 1, to, ...(body !== '' && { body }) }),
  expectAnswer(401, { challenge: true }),
  request({ method: 'ACK', cseq: 1, to, sameBranch: true }),
  request({ method: 'INVITE', cseq: 2, to, auth: CREDENTIALS, ...(body !== '' && { body }) }),
  CHALLENGED_AGAIN,
  expectAnswer(100),
];

const ackTo = (to: string, cseq = 2): Step => request({ method: 'ACK', cseq, to, sameBranch: true });
const within = (method: string, cseq: number, body?: string): Step =>
  request({ method, cseq, dialog: true, ...(body !== undefined && { body }) });

interface Case {
  readonly title: string;
  readonly caller: readonly Step[];
  /** Of the one that is called, and of a second one. */
  readonly callee?: readonly Step[];
  readonly second?: readonly Step[];
}

const MOVED = SDP.replace('2353687637', '2353687638').replace('[media_port]', '[media_port+2]');

const cases: readonly Case[] = [
  {
    title: '3.1, 3.2: a call is answered after it rang, and the caller hangs up',
    caller: [
      ...authenticated('2009'),
      expectAnswer(180),
      expectAnswer(200, { makesDialog: true, contains: 'm=audio' }),
      within('ACK', 2),
      wait(200),
      within('BYE', 3),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE', { contains: 'm=audio' }),
      answer(180, 'Ringing'),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
  },
  {
    title: '3.1: the one that was called hangs up',
    caller: [
      ...authenticated('2009'),
      expectAnswer(180, { optional: true }),
      expectAnswer(200, { makesDialog: true }),
      within('ACK', 2),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
    callee: [
      expectRequest('INVITE', { makesDialog: true, keepsFrom: true }),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      wait(200),
      calleesBye(),
      expectAnswer(200),
    ],
  },
  {
    title: '3.6: the offer comes in the answer, and the answer in the ACK',
    caller: [
      ...authenticated('2009', ''),
      expectAnswer(180, { optional: true }),
      expectAnswer(200, { makesDialog: true, contains: 'm=audio' }),
      request({ method: 'ACK', cseq: 2, dialog: true, body: SDP }),
      wait(200),
      within('BYE', 3),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE'),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
  },
  {
    title: '3.6: a call that is sent elsewhere by 302 rings there',
    caller: [
      ...authenticated('2009'),
      expectAnswer(181, { optional: true }),
      expectAnswer(180, { optional: true }),
      expectAnswer(200, { makesDialog: true }),
      within('ACK', 2),
      wait(100),
      within('BYE', 3),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE'),
      answer(302, 'Moved Temporarily').replace(/Contact: .*/, 'Contact: <sip:2010@127.0.0.1>'),
      expectRequest('ACK'),
    ],
    second: [
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
  },
  {
    title: '3.7: the caller moves its audio by a re-INVITE',
    caller: [
      ...authenticated('2009'),
      expectAnswer(180, { optional: true }),
      expectAnswer(200, { makesDialog: true }),
      within('ACK', 2),
      wait(100),
      within('INVITE', 3, MOVED),
      expectAnswer(100, { optional: true }),
      expectAnswer(200, { contains: 'm=audio' }),
      within('ACK', 3),
      within('BYE', 4),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE'),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
  },
  {
    title: '3.8: the caller gives up while it rings',
    caller: [
      ...authenticated('2009'),
      expectAnswer(180),
      request({ method: 'CANCEL', cseq: 2, to: '2009', sameBranch: true }).replace(/\[peer_tag_param\]/, ''),
      expectAnswer(487),
      ackTo('2009'),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      expectRequest('CANCEL'),
      answer(200, 'OK', { once: true }),
      answer487(),
      expectRequest('ACK'),
    ],
  },
  {
    title: '3.8: nobody answers in time',
    caller: [...authenticated('3009'), expectAnswer(180), expectAnswer(480), ackTo('3009')],
    callee: [
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      expectRequest('CANCEL'),
      answer(200, 'OK', { once: true }),
      answer487(),
      expectRequest('ACK'),
    ],
  },
  {
    title: '3.9: the one that is called is busy',
    caller: [...authenticated('2009'), expectAnswer(486), ackTo('2009')],
    callee: [expectRequest('INVITE'), answer(486, 'Busy Here'), expectRequest('ACK')],
  },
  {
    title: '3.10: the one that is called says nothing',
    caller: [...authenticated('2011'), expectAnswer(503), ackTo('2011')],
  },
  {
    title: '3.11: the one that is called is temporarily unavailable',
    caller: [...authenticated('2009'), expectAnswer(503), ackTo('2009')],
    callee: [expectRequest('INVITE'), answer(480, 'Temporarily Unavailable'), expectRequest('ACK')],
  },
  {
    title: 'of two that ring the first that answers has the call, and the other stops ringing',
    caller: [
      ...authenticated('4009'),
      expectAnswer(180),
      expectAnswer(200, { makesDialog: true }),
      within('ACK', 2),
      wait(100),
      within('BYE', 3),
      expectAnswer(200),
    ],
    callee: [
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      expectRequest('CANCEL', { contains: 'Call completed elsewhere' }),
      answer(200, 'OK', { once: true }),
      answer487(),
      expectRequest('ACK'),
    ],
    second: [
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      wait(300),
      answer(200, 'OK', { body: SDP }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      answerWithin(200, 'OK'),
    ],
  },
];

/** The BYE of the one that was called: From and To of the INVITE change places. */
function calleesBye(): Step {
  return `<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:2009@127.0.0.1>;tag=[pid]SIPpTag01[call_number]
To:[$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Content-Length: 0

]]></send>`;
}

/** The answer to the INVITE once its CANCEL came: the INVITE's headers, not the CANCEL's. */
function answer487(): Step {
  return answer(487, 'Request Terminated').replace('[last_CSeq:]', 'CSeq: 102 INVITE');
}

for (const [index, { title, caller, callee, second }] of cases.entries()) {
  test(title, async t => {
    const absent = await missing('sipp');
    if (absent) return t.skip(absent);
    const at = (who: string) => `${index}-${who}`;
    const waiting = [
      ...(callee ? [await sipp({ directory, name: at('callee'), steps: callee, port: called })] : []),
      ...(second ? [await sipp({ directory, name: at('second'), steps: second, port: other })] : []),
    ];
    t.after(() => {
      for (const { process } of waiting) process.kill();
    });
    const calling = await sipp({ directory, name: at('caller'), steps: caller, port: await sparePort(), server });
    for (const { ended } of [calling, ...waiting]) {
      const { code, stderr, messages } = await ended;
      assert.equal(code, 0, `${stderr}\n${messages}`);
    }
    await pbx.idle();
    return undefined;
  });
}
