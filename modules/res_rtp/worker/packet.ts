/** The header of an RTP packet: read with every length checked, and written (RFC 3550 §5.1). */

/** Octets of a header without sources and extension, which is the one we write. */
export const HEADER = 12;

const VERSION = 2;

/** What a header says. One object serves for all packets of a thread. */
export interface RtpPacket {
  payload: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  /** What is carried is between these offsets. */
  start: number;
  end: number;
}

export const emptyPacket = (): RtpPacket => ({
  payload: 0,
  marker: false,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  start: 0,
  end: 0,
});

/** Why a packet is none. */
export type Malformed = 'truncated' | 'version';

/** Reads a header into `packet`. @returns what is wrong, and then `packet` says nothing */
export function readPacket(data: Buffer, packet: RtpPacket): Malformed | undefined {
  const { length } = data;
  if (length < 1) return 'truncated';
  const first = data[0]!;
  if (first >> 6 !== VERSION) return 'version'; // STUN begins with zeros
  if (length < HEADER) return 'truncated';
  let start = HEADER + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (start + 4 > length) return 'truncated';
    start += 4 + 4 * data.readUInt16BE(start + 2);
  }
  let end = length;
  if ((first & 0x20) !== 0) {
    const padding = data[length - 1]!;
    if (padding === 0) return 'truncated';
    end -= padding;
  }
  if (start > end) return 'truncated';
  const second = data[1]!;
  packet.payload = second & 0x7f;
  packet.marker = (second & 0x80) !== 0;
  packet.sequence = data.readUInt16BE(2);
  packet.timestamp = data.readUInt32BE(4);
  packet.ssrc = data.readUInt32BE(8);
  packet.start = start;
  packet.end = end;
  return undefined;
}

/** Writes a header at an offset. */
export function writeHeader(
  data: Buffer,
  at: number,
  payload: number,
  marker: boolean,
  { sequence, timestamp, ssrc }: { readonly sequence: number; readonly timestamp: number; readonly ssrc: number },
): void {
  data[at] = VERSION << 6;
  data[at + 1] = marker ? payload | 0x80 : payload;
  data.writeUInt16BE(sequence, at + 2);
  data.writeUInt32BE(timestamp, at + 4);
  data.writeUInt32BE(ssrc, at + 8);
}

/** How much later a sequence number is than another; negative: earlier. They go round at 65536. */
export const sequenceDelta = (sequence: number, than: number): number => ((sequence - than) << 16) >> 16;

/** How much later a timestamp is than another; negative: earlier. */
export const timestampDelta = (timestamp: number, than: number): number => (timestamp - than) | 0;
