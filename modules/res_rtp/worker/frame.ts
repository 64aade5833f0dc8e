/** A piece of sound on its way through a thread, and who takes it. */

/**
 * What came in one packet. It is taken at once or never: the object and its data are used again. Whoever passes it on
 * may write over its data and over the HEADER octets before them.
 */
export interface Frame {
  /** The format's name. */
  codec: string;
  /** Its data, with room for a header before `start`. */
  data: Buffer;
  start: number;
  end: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  /** Numbers and timestamps of one source belong together. */
  source: number;
  /** Pipes that it has gone through. */
  hops: number;
}

export interface Sink {
  hear(frame: Frame): void;
  /** A packet of that source came and is not passed on: its number is not missing. It went through `hops` pipes. */
  passOver(source: number, hops: number): void;
}

export const emptyFrame = (): Frame => ({
  codec: '',
  data: Buffer.alloc(0),
  start: 0,
  end: 0,
  marker: false,
  sequence: 0,
  timestamp: 0,
  source: 0,
  hops: 0,
});
