/** What goes by, for whoever wants to see it: lines that are gathered, so many at a time and no more. */
import type { Watched } from '../orders.js';
import type { RtpAddress } from '../token.js';
import type { RtpPacket } from './packet.js';
import type { TheirReport } from './rtcp.js';

/** Lines between two times that they are fetched. */
const MOST = 200;

const six = (number: number): string => String(number).padStart(6, '0');
const shown = (address: string, port: number): string => `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** Of a place: an empty filter fits all. */
const fits = (filter: Partial<RtpAddress> | undefined, address: string, port: number): boolean =>
  filter !== undefined &&
  (filter.address === undefined || filter.address === address) &&
  (filter.port === undefined || filter.port === port);

export class Watch {
  watched: Watched = { rtp: undefined, rtcp: undefined, stats: false };
  #lines: string[] = [];
  #more = 0;

  rtp(way: 'Got' | 'Sent', address: string, port: number, packet: Omit<RtpPacket, 'ssrc' | 'marker'>): void {
    if (!fits(this.watched.rtp, address, port)) return;
    const { payload, sequence, timestamp, start, end } = packet;
    const to = way === 'Got' ? 'Got  RTP packet from   ' : 'Sent RTP packet to     ';
    const type = String(payload).padStart(2, '0');
    this.#say(
      `${to} ${shown(address, port)} (type ${type}, seq ${six(sequence)}, ts ${six(timestamp)}, len ${six(end - start)})`,
    );
  }

  rtcpSent(address: string, port: number, length: number): void {
    if (fits(this.watched.rtcp, address, port))
      this.#say(`Sent RTCP packet to      ${shown(address, port)} (len ${six(length)})`);
  }

  rtcpGot(address: string, port: number, { ssrc, block, goodbye }: TheirReport): void {
    if (!fits(this.watched.rtcp, address, port)) return;
    const told = block ? `, lost ${block.lost}, jitter ${block.jitter}` : '';
    this.#say(`Got  RTCP packet from    ${shown(address, port)} (SSRC ${ssrc}${told}${goodbye ? ', goodbye' : ''})`);
  }

  /** A summary, each time that the far end has reported. */
  stats(text: () => string): void {
    if (this.watched.stats) this.#say(text());
  }

  /** The lines so far. */
  take(): readonly string[] {
    if (this.#lines.length === 0) return this.#lines;
    const lines = this.#lines;
    if (this.#more > 0) lines.push(`... and ${this.#more} packets more`);
    this.#lines = [];
    this.#more = 0;
    return lines;
  }

  #say(line: string): void {
    if (this.#lines.length < MOST) this.#lines.push(line);
    else this.#more += 1;
  }
}
