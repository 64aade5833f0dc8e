/** What a stream of sound costs: calls between phones on loopback through media threads, beside a bare relay of Node. */
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { sparePort } from '../support/spare-port.js';
import type { Answer, Task } from './rtp-server.js';

const CALLS = 100;
const SECONDS = 5;
const BEAT = 20;
const PACKETS = (SECONDS * 1000) / BEAT;
/** Milliseconds for what is still on its way. */
const REST = 500;

export interface SoundFigures {
  readonly way: Task['way'];
  readonly streams: number;
  readonly sent: number;
  readonly lost: number;
  /** Processor time for each packet, in microseconds, and of one processor for each stream, in percent. */
  readonly perPacket: number;
  readonly perStream: number;
  /** Milliseconds from phone to phone. */
  readonly middle: number;
  readonly p99: number;
}

/** One phone: sends packets, and notes when those of the other came. */
class Phone {
  readonly socket: Socket;
  readonly sentAt = new Float64Array(PACKETS);
  received = 0;
  readonly delays: number[] = [];
  #first: number | undefined;
  #other: Phone | undefined;
  #packet = Buffer.alloc(172, 0xd5);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', data => this.#take(data.readUInt16BE(2)));
  }

  hears(other: Phone): void {
    this.#other = other;
  }

  send(index: number, payload: number, port: number): void {
    const packet = Buffer.from(this.#packet);
    packet[0] = 0x80;
    packet[1] = payload;
    packet.writeUInt16BE(index, 2);
    packet.writeUInt32BE(index * 160, 4);
    this.sentAt[index] = performance.now();
    this.socket.send(packet, port, '127.0.0.1');
  }

  /** Whoever passes it on numbers it anew, but in a row with those before. */
  #take(sequence: number): void {
    this.#first ??= sequence;
    this.received += 1;
    const sentAt = this.#other?.sentAt[(sequence - this.#first) & 0xffff];
    if (sentAt) this.delays.push(performance.now() - sentAt);
  }
}

async function phone(): Promise<Phone> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 256 * 1024,
    lookup: (host, _options, done) => done(null, host, 4),
  });
  await new Promise<void>(done => void socket.bind(0, '127.0.0.1', done));
  return new Phone(socket);
}

async function ask(server: ChildProcess, message: Task | 'cpu'): Promise<Answer> {
  const answered = once(server, 'message');
  server.send(message);
  return (await answered)[0] as Answer;
}

const cpuOf = async (server: ChildProcess): Promise<number> => {
  const answer = await ask(server, 'cpu');
  return 'cpu' in answer ? answer.cpu : 0;
};

/** Every phone speaks once in a beat, all of them spread over it. */
async function talk(
  calls: readonly (readonly [Phone, Phone])[],
  task: Task,
  ports: readonly (readonly [number, number])[],
) {
  const began = performance.now();
  const right = task.way === 'transcoded' ? 8 : 0;
  const STEPS = 10;
  for (let step = 0; step < PACKETS * STEPS; step++) {
    const wait = began + (step * BEAT) / STEPS - performance.now();
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
    for (let call = step % STEPS; call < calls.length; call += STEPS) {
      const index = Math.floor(step / STEPS);
      calls[call]![0].send(index, 0, ports[call]![0]);
      calls[call]![1].send(index, right, ports[call]![1]);
    }
  }
  await new Promise(resolve => setTimeout(resolve, REST));
}

async function measure(way: Task['way']): Promise<SoundFigures> {
  const server = fork(join(__dirname, 'rtp-server.js'));
  const calls: [Phone, Phone][] = [];
  try {
    for (let call = 0; call < CALLS; call++) calls.push([await phone(), await phone()]);
    for (const [a, b] of calls) {
      a.hears(b);
      b.hears(a);
    }
    const phones = calls.map(([a, b]) => [a.socket.address().port, b.socket.address().port] as const);
    const task: Task = { way, phones, start: ((await sparePort()) % 20_000) + 20_000 };
    const answer = await ask(server, task);
    if (!('ports' in answer)) throw new Error('the server gave no ports');
    const before = await cpuOf(server);
    await talk(calls, task, answer.ports);
    return summary(way, calls.flat(), (await cpuOf(server)) - before);
  } finally {
    for (const { socket } of calls.flat()) socket.close();
    server.kill();
  }
}

function summary(way: Task['way'], phones: readonly Phone[], cpu: number): SoundFigures {
  const sent = phones.length * PACKETS;
  const received = phones.reduce((sum, phone) => sum + phone.received, 0);
  const delays = phones.flatMap(({ delays: some }) => some).sort((a, b) => a - b);
  return {
    way,
    streams: phones.length,
    sent,
    lost: sent - received,
    perPacket: cpu / sent,
    perStream: (cpu / phones.length / (SECONDS * 1e6)) * 100,
    middle: delays[delays.length >> 1] ?? Number.NaN,
    p99: delays[Math.floor(delays.length * 0.99)] ?? Number.NaN,
  };
}

export async function soundFigures(): Promise<SoundFigures[]> {
  const figures: SoundFigures[] = [];
  for (const way of ['bare', 'relayed', 'transcoded'] as const) figures.push(await measure(way));
  return figures;
}

/** The lines of a report. */
export function soundLines(figures: readonly SoundFigures[]): string[] {
  const row = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(26) : cell.padStart(11))).join('');
  return [
    `${figures[0]?.streams} streams of sound, 50 packets a second each, for ${SECONDS} s`,
    '',
    row(['way', 'CPU us', '% a stream', 'lost', 'median ms', 'p99 ms']),
    ...figures.map(({ way, perPacket, perStream, lost, middle, p99 }) =>
      row([way, perPacket.toFixed(1), perStream.toFixed(3), String(lost), middle.toFixed(2), p99.toFixed(2)]),
    ),
  ];
}

if (require.main === module) {
  void soundFigures().then(figures => process.stdout.write(`${soundLines(figures).join('\n')}\n`));
}
