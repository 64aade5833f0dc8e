/** Both ends of many calls, in this process: each sends sound to wherever it is told, and notes what comes of the other's. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const ADDRESS = '127.0.0.1';
const BEAT = 20;
/** Parts of a beat: all ends speak once in it, spread over them. */
const STEPS = 20;
/** Milliseconds behind after which all go on later: phones do not hurry. */
const SLIP = 5;
/** Milliseconds without a packet after which none is on its way. */
const REST = 500;
const HEADER = 12;
const PACKET = HEADER + 160;
const SAMPLES = 160;

/** What came of some seconds. */
export interface Talk {
  readonly sent: number;
  readonly received: number;
  /** Milliseconds that all went on later, as this process was held up. */
  readonly slipped: number;
  /** Milliseconds from end to end, in their order. */
  readonly delays: Float64Array;
}

interface End {
  readonly socket: Socket;
  readonly packet: Buffer;
}

export type Ports = readonly (readonly [number, number])[];

export class Ends {
  readonly #ends: readonly End[];
  #index = 0;
  #delays = new Float64Array(0);
  #received = 0;

  private constructor(ends: readonly End[]) {
    this.#ends = ends;
    for (const { socket } of ends) socket.on('message', data => this.#take(data));
  }

  static async open(calls: number): Promise<Ends> {
    const ends: End[] = [];
    while (ends.length < 2 * calls) ends.push(await open());
    return new Ends(ends);
  }

  /** Of each call. */
  get ports(): Ports {
    const ports = this.#ends.map(({ socket }) => socket.address().port);
    return Array.from({ length: ports.length / 2 }, (_, call) => [ports[2 * call]!, ports[2 * call + 1]!] as const);
  }

  /** Where the ends of each call send to, and hear from. */
  async aim(targets: Ports): Promise<void> {
    for (const [at, port] of targets.flat().entries()) {
      const { socket } = this.#ends[at]!;
      socket.connect(port, ADDRESS);
      await once(socket, 'connect');
    }
  }

  /** All speak for so long. */
  async talk(seconds: number): Promise<Talk> {
    const beats = (seconds * 1000) / BEAT;
    const sent = beats * this.#ends.length;
    this.#delays = new Float64Array(sent);
    this.#received = 0;
    let due = performance.now();
    let slipped = 0;
    for (let step = 0; step < beats * STEPS; step++, due += BEAT / STEPS) {
      // A turn at least, to hear what has come.
      do await pause(Math.max(1, due - performance.now()));
      while (performance.now() < due);
      const behind = performance.now() - due;
      if (behind > SLIP) {
        slipped += behind;
        due += behind;
      }
      if (step % STEPS === 0) this.#index += 1;
      for (let at = step % STEPS; at < this.#ends.length; at += STEPS) this.#send(this.#ends[at]!);
    }
    for (let before = -1; before < this.#received; await pause(REST)) before = this.#received;
    return { sent, received: this.#received, slipped, delays: this.#delays.subarray(0, this.#received).sort() };
  }

  close(): void {
    for (const { socket } of this.#ends) socket.close();
  }

  #send({ socket, packet }: End): void {
    packet.writeUInt16BE(this.#index & 0xffff, 2);
    packet.writeUInt32BE(this.#index * SAMPLES, 4);
    packet.writeDoubleLE(performance.now(), HEADER);
    socket.send(packet);
  }

  /** What is carried comes through as it is: the time at which it was sent. */
  #take(data: Buffer): void {
    if (data.length === PACKET) this.#delays[this.#received++] = performance.now() - data.readDoubleLE(HEADER);
  }
}

async function open(): Promise<End> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 256 * 1024 }).bind(0, ADDRESS);
  await once(socket, 'listening');
  const packet = Buffer.alloc(PACKET, 0xd5);
  packet.writeUInt16BE(0x80_00, 0);
  packet.writeUInt32BE(socket.address().port, 8);
  return { socket, packet };
}

/** Datagrams that the system has dropped since they were bound, of UDP ports whose readers were too slow. */
export async function droppedAt(ports: readonly number[]): Promise<number> {
  const wanted = new Set(ports);
  const lines = (await readFile('/proc/net/udp', 'latin1')).trim().split('\n').slice(1);
  return lines.reduce((sum, line) => {
    const fields = line.trim().split(/\s+/);
    return wanted.has(Number.parseInt(fields[1]!.split(':')[1]!, 16)) ? sum + Number(fields.at(-1)) : sum;
  }, 0);
}
