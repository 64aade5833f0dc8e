/** What calls cost that talk: set up through the whole PBX and its Dial, then sound both ways, beside a bare relay in turn. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CallPhone, type Conversation, SDP } from '../support/call-phone.js';
import { Obelisk, PHONES } from '../support/obelisk.js';
import { droppedAt, Ends, type Ports } from './ends.js';
import type { Answer, Task } from './rtp-server.js';
import { cpuOf, memoryOf } from './servers.js';

const CALLS = 200;
const SECONDS = 5;
const ROUNDS = 5;
/** Rounds that may be taken again, as something else held up the phones. */
const MOST_DISTURBED = 5;
/** Milliseconds that they may be held up in all: then it took twice as long. */
const HELD_UP = SECONDS * 1000;

/** Of one round. */
interface Round {
  readonly sent: number;
  readonly lost: number;
  /** Of those, what the system dropped before it was read. */
  readonly unread: number;
  /** Microseconds of processor time for each packet, and milliseconds for a second of a call. */
  readonly perPacket: number;
  readonly perCall: number;
  readonly median: number;
  readonly p99: number;
}

export interface TalkingFigures {
  readonly calls: number;
  readonly bare: readonly Round[];
  readonly obelisk: readonly Round[];
  readonly disturbed: number;
  readonly memory: number;
  /** Channels that are left when all has ended. */
  readonly left: number;
}

/** What relays between the ends of calls. */
interface Relay {
  readonly pid: number;
  readonly ends: Ends;
  readonly ports: Ports;
}

async function bareRelay(): Promise<Relay & { readonly process: ChildProcess }> {
  const child = fork(join(__dirname, 'rtp-server.js'));
  const ends = await Ends.open(CALLS);
  child.send({ way: 'bare', phones: ends.ports, start: 0 } satisfies Task);
  const [answer] = (await once(child, 'message')) as [Answer];
  if (!('ports' in answer)) throw new Error('the relay gave no ports');
  await ends.aim(answer.ports);
  return { pid: child.pid!, ends, ports: answer.ports, process: child };
}

const portIn = (sdp: string): number => Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
const sdpWith = (port: number): string => SDP.replace('audio 30000 RTP/AVP 8 0', `audio ${port} RTP/AVP 0`);

/** Two phones that have all calls with each other. */
class Calls {
  readonly ports: [number, number][] = [];
  readonly #caller: CallPhone;
  readonly #callee: CallPhone;
  readonly #talks: Conversation[] = [];

  constructor(caller: CallPhone, callee: CallPhone) {
    this.#caller = caller;
    this.#callee = callee;
  }

  async add(near: number, far: number): Promise<void> {
    const [caller, callee] = [this.#caller, this.#callee];
    await caller.call('1009', { body: sdpWith(near) });
    const invite = await callee.expect('INVITE');
    callee.answer(invite, 200, 'OK', { body: sdpWith(far) });
    await callee.expect('ACK');
    const ok = await caller.expect('200 INVITE');
    this.#talks.push(caller.acknowledge(ok));
    this.ports.push([portIn(ok.body), portIn(invite.body)]);
  }

  async end(): Promise<void> {
    for (const talk of this.#talks) {
      this.#caller.within(talk, 'BYE');
      await this.#caller.expect('200 BYE');
      this.#callee.answer(await this.#callee.expect('BYE'), 200, 'OK');
    }
  }
}

async function round({ pid, ends, ports }: Relay): Promise<Round & { readonly disturbed: boolean }> {
  const [there, here] = [ports.flat(), ends.ports.flat()];
  const [unreadBefore, missedBefore] = [await droppedAt(there), await droppedAt(here)];
  const before = await cpuOf(pid);
  const { sent, received, slipped, delays } = await ends.talk(SECONDS);
  const cpu = (await cpuOf(pid)) - before;
  const missed = (await droppedAt(here)) - missedBefore;
  return {
    sent,
    lost: sent - received - missed,
    unread: (await droppedAt(there)) - unreadBefore,
    perPacket: cpu / sent,
    perCall: cpu / 1000 / CALLS / SECONDS,
    median: delays[delays.length >> 1] ?? Number.NaN,
    p99: delays[Math.floor(delays.length * 0.99)] ?? Number.NaN,
    disturbed: missed > 0 || slipped > HELD_UP,
  };
}

/** In turn, so that a slow moment of the machine meets both. */
async function rounds(bare: Relay, obelisk: Relay) {
  const kept: (readonly [Round, Round])[] = [];
  let disturbed = -1; // the first warms up
  while (kept.length < ROUNDS) {
    const pair = [await round(bare), await round(obelisk)] as const;
    if (disturbed >= 0 && (disturbed >= MOST_DISTURBED || !pair.some(one => one.disturbed))) kept.push(pair);
    else disturbed += 1;
  }
  return { bare: kept.map(([one]) => one), obelisk: kept.map(([, other]) => other), disturbed };
}

export async function talkingFigures(): Promise<TalkingFigures> {
  const pbx = await Obelisk.create({
    'logger.conf': '[logfiles]\nmessages => warning,error\n',
    'sip.conf': PHONES.replace('context=internal', 'context=internal\ndirectmedia=no\ndisallow=all\nallow=ulaw'),
    'extensions.conf': '[internal]\nexten => 1009,1,Dial(SIP/1009,30)\n',
    'rtp.conf': '[general]\nrtpstart=20000\nrtpend=30000\n',
  });
  const [ends, bare] = [await Ends.open(CALLS), await bareRelay()];
  const server = { address: '127.0.0.1', port: await pbx.port() };
  const phones = [
    await CallPhone.open(server, '1008', 'pass1008'),
    await CallPhone.open(server, '1009', 'pass1009'),
  ] as const;
  try {
    for (const phone of phones) await phone.register();
    const calls = new Calls(...phones);
    for (const [near, far] of ends.ports) await calls.add(near, far);
    await ends.aim(calls.ports);
    const figures = await rounds(bare, { pid: pbx.pid, ends, ports: calls.ports });
    const memory = await memoryOf(pbx.pid);
    await calls.end();
    const left = Number(/^(\d+) active channel/m.exec(await pbx.x('core show channels count'))?.[1] ?? Number.NaN);
    return { calls: CALLS, ...figures, memory, left };
  } finally {
    for (const phone of phones) await phone.close();
    ends.close();
    bare.ends.close();
    bare.process.kill();
    await pbx.remove();
  }
}

const middle = (rows: readonly Round[], of: (round: Round) => number): number =>
  rows.map(of).sort((a, b) => a - b)[rows.length >> 1]!;

/** The lines of a report: medians of the rounds, and of packets the sum. */
export function talkingLines({ calls, bare, obelisk, disturbed, memory, left }: TalkingFigures): string[] {
  const cells = (texts: readonly string[]) =>
    texts.map((text, at) => (at === 0 ? text.padEnd(22) : text.padStart(11))).join('');
  const sum = (rows: readonly Round[], of: (round: Round) => number) => rows.reduce((all, row) => all + of(row), 0);
  const row = (label: string, rows: readonly Round[]) =>
    cells([
      label,
      middle(rows, ({ perPacket }) => perPacket).toFixed(1),
      middle(rows, ({ perCall }) => perCall).toFixed(2),
      String(sum(rows, ({ lost }) => lost)),
      String(sum(rows, ({ unread }) => unread)),
      middle(rows, ({ median }) => median).toFixed(2),
      middle(rows, ({ p99 }) => p99).toFixed(2),
    ]);
  const added = (of: (round: Round) => number) => (middle(obelisk, of) - middle(bare, of)).toFixed(2);
  const packets = sum(obelisk, ({ sent }) => sent);
  return [
    `${calls} calls through Dial that talk, 50 packets a second each way; ${bare.length} rounds of ${SECONDS} s in turn, ${packets} packets by each`,
    '',
    cells(['relay', 'CPU us', 'ms/call-s', 'lost', 'unread', 'median ms', 'p99 ms']),
    row('bare Node relay', bare),
    row('Obelisk', obelisk),
    '',
    `added delay: ${added(({ median }) => median)} ms in the median, ${added(({ p99 }) => p99)} ms at p99; ` +
      `${memory.toFixed(0)} MB; ${left} channels left; ${disturbed} rounds taken again`,
  ];
}

if (require.main === module) {
  void talkingFigures().then(figures => process.stdout.write(`${talkingLines(figures).join('\n')}\n`));
}
