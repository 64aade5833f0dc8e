/** The two sockets of a session, RTP and RTCP, on neighbouring ports (RFC 3550 §11). */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';

/** Room for a burst: a second of a call and more. */
const RECEIVE_BUFFER = 256 * 1024;

/** Packets of which it is asked once whether they went, as long as they do: the question costs a tenth of a packet. */
const ASK_EVERY = 50;

/** How a v6 socket names v4 addresses. */
const MAPPED = '::ffff:';

type Received = (data: Buffer, address: string, port: number) => void;

export interface PairListener {
  rtp: Received;
  rtcp: Received;
}

export class SocketPair {
  readonly address: string;
  readonly port: number;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #mapping: boolean;
  /** Packets that came while nobody had the pair. */
  strays = 0;
  /** Takes what comes while nobody has the pair, so that it is not left for who gets it. */
  readonly #deaf: PairListener = {
    rtp: () => void this.strays++,
    rtcp: () => void this.strays++,
  };
  #listener: PairListener = this.#deaf;
  readonly #failed: (cause: Error) => void;
  readonly #sent = (cause: Error | null): void => {
    if (cause) {
      this.#doubtful = ASK_EVERY;
      this.#failed(cause);
    } else if (this.#doubtful > 0) this.#doubtful -= 1;
  };
  #unasked = 0;
  /** Packets that are still asked about, each, since one did not go. */
  #doubtful = 0;
  #closing: Promise<void> | undefined;

  /** `failed` hears of packets that could not be sent. */
  private constructor(rtp: Socket, rtcp: Socket, failed: (cause: Error) => void) {
    const { address, port, family } = rtp.address();
    this.address = address;
    this.port = port;
    this.#mapping = family === 'IPv6';
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#failed = failed;
    rtp.on('message', (data, from) => this.#listener.rtp(data, unmapped(from.address), from.port));
    rtcp.on('message', (data, from) => this.#listener.rtcp(data, unmapped(from.address), from.port));
    rtp.on('error', failed);
    rtcp.on('error', failed);
  }

  /** @throws the system's error when one of both ports is not to be had */
  static async open(address: string, port: number, failed: (cause: Error) => void): Promise<SocketPair> {
    const rtp = await bound(address, port);
    try {
      return new SocketPair(rtp, await bound(address, port + 1), failed);
    } catch (thrown) {
      rtp.close();
      throw thrown;
    }
  }

  listen(listener: PairListener | undefined): void {
    this.#listener = listener ?? this.#deaf;
  }

  sendRtp(data: Buffer, from: number, to: number, port: number, address: string): void {
    try {
      const [whole, there] = [from === 0 && to === data.length, this.#named(address)];
      if (whole && this.#doubtful === 0 && ++this.#unasked < ASK_EVERY) this.#rtp.send(data, port, there);
      else {
        this.#unasked = 0;
        this.#rtp.send(data, from, to - from, port, there, this.#sent);
      }
    } catch (thrown) {
      this.#failed(thrown as Error);
    }
  }

  sendRtcp(data: Buffer, port: number, address: string): void {
    try {
      this.#rtcp.send(data, port, this.#named(address), this.#sent);
    } catch (thrown) {
      this.#failed(thrown as Error);
    }
  }

  close(): Promise<void> {
    this.#listener = this.#deaf;
    this.#closing ??= Promise.all(
      [this.#rtp, this.#rtcp].map(socket => new Promise<void>(done => void socket.close(() => done()))),
    ).then(() => undefined);
    return this.#closing;
  }

  #named(address: string): string {
    return this.#mapping && isIP(address) === 4 ? MAPPED + address : address;
  }
}

/** An address as it is written where there is no mapping. */
const unmapped = (address: string): string => (address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address);

function bound(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const family = isIP(address);
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER,
      // Addresses are numbers here: without this each packet would wait for a tick of the resolver.
      lookup: (host, _options, done) => done(null, host, family),
    });
    const failed = (cause: Error) => {
      socket.close();
      reject(cause);
    };
    socket.once('error', failed);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
