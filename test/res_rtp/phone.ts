/** A phone's end of RTP in tests: two sockets on 127.0.0.1, what it sends and what it gets. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { nextTurn } from '../../core/clock.js';

/** A packet as a test writes or reads it. */
export interface Packet {
  readonly payload: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  readonly data: Buffer;
}

export function packet({
  payload = 0,
  sequence = 1,
  timestamp = 160,
  ssrc = 7,
  marker = false,
  data,
}: Partial<Packet>) {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payload | (marker ? 0x80 : 0);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, data ?? Buffer.alloc(160, 0xd5)]);
}

export const read = (bytes: Buffer): Packet => ({
  payload: bytes[1]! & 0x7f,
  marker: (bytes[1]! & 0x80) !== 0,
  sequence: bytes.readUInt16BE(2),
  timestamp: bytes.readUInt32BE(4),
  ssrc: bytes.readUInt32BE(8),
  data: bytes.subarray(12),
});

/** Messages in the order they come, each once. */
class Inbox {
  readonly #messages: Buffer[] = [];
  readonly #waiting: ((message: Buffer) => void)[] = [];

  constructor(socket: Socket) {
    socket.on('message', data => {
      const waiter = this.#waiting.shift();
      if (waiter) waiter(data);
      else this.#messages.push(data);
    });
  }

  get size(): number {
    return this.#messages.length;
  }

  next(): Promise<Buffer> {
    const message = this.#messages.shift();
    return message ? Promise.resolve(message) : new Promise(resolve => void this.#waiting.push(resolve));
  }
}

export class RtpPhone {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #rtpIn: Inbox;
  readonly #rtcpIn: Inbox;
  #sequence = 1000;
  #timestamp = 5000;

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#rtpIn = new Inbox(rtp);
    this.#rtcpIn = new Inbox(rtcp);
  }

  static async open(address = '127.0.0.1'): Promise<RtpPhone> {
    const bind = async () => {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      socket.bind(0, address);
      await once(socket, 'listening');
      return socket;
    };
    return new RtpPhone(await bind(), await bind());
  }

  get remote() {
    const { address, port } = this.#rtp.address();
    return { address, port };
  }

  get rtcp() {
    const { address, port } = this.#rtcp.address();
    return { address, port };
  }

  /** Packets that nobody has asked for. */
  get waiting(): number {
    return this.#rtpIn.size;
  }

  /** After what the media threads were asked in this turn has left for them. */
  send(bytes: Buffer, to: { address: string; port: number }): void {
    void nextTurn().then(() => this.#rtp.send(bytes, to.port, to.address));
  }

  /** The next packet of sound. */
  say(to: { address: string; port: number }, more: Partial<Packet> = {}): void {
    this.#sequence += 1;
    this.#timestamp += 160;
    this.send(packet({ sequence: this.#sequence, timestamp: this.#timestamp, ...more }), to);
  }

  async hears(): Promise<Packet> {
    return read(await this.#rtpIn.next());
  }

  sendRtcp(bytes: Buffer, port: number): void {
    void nextTurn().then(() => this.#rtcp.send(bytes, port, this.#rtcp.address().address));
  }

  /** Reports that nobody has asked for. */
  get reported(): number {
    return this.#rtcpIn.size;
  }

  reports(): Promise<Buffer> {
    return this.#rtcpIn.next();
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}
