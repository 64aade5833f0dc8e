/** RTCP: what is told of streams, written and read (RFC 3550 §6). */
import type { ReceptionReport } from './reception.js';

const SENDER = 200;
const RECEIVER = 201;
const DESCRIPTION = 202;
const GOODBYE = 203;

const CNAME = 1;
/** Seconds from 1900 to 1970. */
const NTP_EPOCH = 2_208_988_800;
const BLOCK = 24;

/** What is told of a stream of ours. */
export interface SenderReport {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export interface OwnReport {
  readonly ssrc: number;
  readonly cname: string;
  /** Undefined when nothing was sent since the last. */
  readonly sender: SenderReport | undefined;
  /** What has come. */
  readonly reception: ReceptionReport | undefined;
  /** The middle of the NTP time of their last report, and 1/65536 seconds since. */
  readonly lastReport: number;
  readonly sinceLastReport: number;
  readonly goodbye: boolean;
}

/** The middle 32 bits of an NTP time: seconds since 1900 and 1/65536 of them. */
export function ntpMiddle(now: number): number {
  return (Math.round((now / 1000) * 0x1_0000) + NTP_EPOCH * 0x1_0000) % 0x1_0000_0000;
}

export function writeReport(report: OwnReport): Buffer {
  const { reception, sender } = report;
  const head = 8 + (sender ? 20 : 0) + (reception ? BLOCK : 0);
  const name = Buffer.from(report.cname, 'latin1').subarray(0, 255);
  // The item, a zero that ends the list, and up to a multiple of four.
  const description = 8 + Math.ceil((2 + name.length + 1) / 4) * 4;
  const data = Buffer.alloc(head + description + (report.goodbye ? 8 : 0));
  let at = open(data, 0, sender ? SENDER : RECEIVER, reception ? 1 : 0, head, report.ssrc);
  if (sender) at = writeSender(data, at, sender);
  if (reception) at = writeBlock(data, at, reception, report);
  at = open(data, at, DESCRIPTION, 1, description, report.ssrc);
  data[at] = CNAME;
  data[at + 1] = name.length;
  name.copy(data, at + 2);
  if (report.goodbye) open(data, head + description, GOODBYE, 1, 8, report.ssrc);
  return data;
}

function open(data: Buffer, at: number, type: number, count: number, length: number, ssrc: number): number {
  data[at] = 0x80 | count;
  data[at + 1] = type;
  data.writeUInt16BE(length / 4 - 1, at + 2);
  data.writeUInt32BE(ssrc, at + 4);
  return at + 8;
}

function writeSender(data: Buffer, at: number, { now, timestamp, packets, octets }: SenderReport): number {
  const seconds = Math.floor(now / 1000);
  data.writeUInt32BE((seconds + NTP_EPOCH) % 0x1_0000_0000, at);
  data.writeUInt32BE(Math.floor(((now - seconds * 1000) / 1000) * 0x1_0000_0000) >>> 0, at + 4);
  data.writeUInt32BE(timestamp >>> 0, at + 8);
  data.writeUInt32BE(packets >>> 0, at + 12);
  data.writeUInt32BE(octets >>> 0, at + 16);
  return at + 20;
}

function writeBlock(data: Buffer, at: number, block: ReceptionReport, { lastReport, sinceLastReport }: OwnReport) {
  data.writeUInt32BE(block.ssrc, at);
  data.writeUInt32BE(
    ((block.fraction << 24) | (Math.max(0, Math.min(block.lost, 0x7f_ffff)) & 0xff_ffff)) >>> 0,
    at + 4,
  );
  data.writeUInt32BE(block.highest, at + 8);
  data.writeUInt32BE(block.jitter >>> 0, at + 12);
  data.writeUInt32BE(lastReport >>> 0, at + 16);
  data.writeUInt32BE(sinceLastReport >>> 0, at + 20);
  return at + BLOCK;
}

/** What a compound packet tells. */
export interface TheirReport {
  ssrc: number;
  /** The middle of the NTP time at which they sent; undefined where they send nothing. */
  sentAt: number | undefined;
  /** What they say of us: the first block of all, whatever follows. */
  block: { lost: number; jitter: number; lastReport: number; sinceLastReport: number } | undefined;
  goodbye: boolean;
}

/** Undefined for what is no RTCP, or is cut. Nothing beyond the end is read, whatever lengths say. */
export function readReports(data: Buffer): TheirReport | undefined {
  let report: TheirReport | undefined;
  for (let at = 0; at < data.length; ) {
    if (at + 4 > data.length || data[at]! >> 6 !== 2) return undefined;
    const end = at + 4 * (data.readUInt16BE(at + 2) + 1);
    if (end > data.length) return undefined;
    const type = data[at + 1]!;
    // A compound begins with a report (RFC 3550 §6.1).
    if (!report && type !== SENDER && type !== RECEIVER) return undefined;
    if (end - at >= 8) {
      report ??= { ssrc: data.readUInt32BE(at + 4), sentAt: undefined, block: undefined, goodbye: false };
      readOne(data, at, end, type, report);
    } else if (!report) return undefined;
    at = end;
  }
  return report;
}

function readOne(data: Buffer, at: number, end: number, type: number, report: TheirReport): void {
  if (type === GOODBYE) report.goodbye = true;
  if (type !== SENDER && type !== RECEIVER) return;
  let block = at + 8;
  if (type === SENDER) {
    if (block + 20 > end) return;
    report.sentAt = ((data.readUInt16BE(block + 2) << 16) | data.readUInt16BE(block + 4)) >>> 0;
    block += 20;
  }
  if (report.block || (data[at]! & 0x1f) === 0 || block + BLOCK > end) return;
  report.block = {
    lost: (data.readUInt32BE(block + 4) << 8) >> 8,
    jitter: data.readUInt32BE(block + 12),
    lastReport: data.readUInt32BE(block + 16),
    sinceLastReport: data.readUInt32BE(block + 20),
  };
}
