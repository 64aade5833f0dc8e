/** SIP over UDP: one socket, a datagram for each message (RFC 3261 §18). */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { messageOf } from '#core';
import { bindError } from './bind-errors.js';
import {
  type Counters,
  type Endpoint,
  type Failed,
  type Flow,
  formatEndpoint,
  type Listener,
  MAPPED,
  noCounts,
  type Open,
  type Upward,
  unmapped,
} from './transport.js';

/** Room for a burst of some thousand messages, as after an outage; the system's default keeps a few hundred. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

type Sent = (cause: Error | null) => void;

class UdpFlow implements Flow {
  readonly protocol = 'udp';
  readonly reliable = false;
  readonly #listener: UdpListener;
  readonly remote: Endpoint;
  /** The remote address as the socket names it; undefined when it is none. */
  readonly target: string | undefined;

  constructor(listener: UdpListener, remote: Endpoint, target: string | undefined) {
    this.#listener = listener;
    this.remote = remote;
    this.target = target;
  }

  get local(): Endpoint {
    return this.#listener.local;
  }

  send(text: string, failed?: Failed): void {
    this.#listener.send(text, this, failed);
  }

  to(remote: Endpoint): Flow {
    return this.#listener.flow(remote);
  }

  /** A datagram holds nothing open. */
  trusted(): void {}

  /** A datagram that does not come tells nothing. */
  promised(): void {}
}

class UdpListener implements Listener {
  readonly protocol = 'udp';
  readonly local: Endpoint;
  readonly counters: Counters = noCounts();
  readonly #socket: Socket;
  readonly #up: Upward;
  /** A v6 socket reaches v4 addresses, and names them, by mapping. */
  readonly #mapping: boolean;
  /** For every message whose sender does not ask: one function, not one for each. */
  readonly #sent: Sent = cause => cause && this.#up.unsent(cause, this, this.counters);
  #closing: Promise<void> | undefined;

  constructor(socket: Socket, up: Upward) {
    const { address, port, family } = socket.address();
    this.local = { address, port };
    this.#socket = socket;
    this.#up = up;
    this.#mapping = family === 'IPv6';
    socket.on('message', (data, { address, port }) => {
      const remote = { address: unmapped(address), port };
      up.received(data, new UdpFlow(this, remote, address), this.counters);
    });
    socket.on('error', cause => up.troubled(cause, this));
  }

  reaches(): boolean {
    return true;
  }

  flow(remote: Endpoint): Flow {
    const family = isIP(remote.address);
    const target = family === 4 && this.#mapping ? MAPPED + remote.address : remote.address;
    return new UdpFlow(this, remote, family === 0 ? undefined : target);
  }

  send(text: string, flow: UdpFlow, failed?: Failed): void {
    const { target, remote } = flow;
    try {
      if (target === undefined) throw new Error(`'${remote.address}' is not an IP address`);
      const sent = failed ? this.#telling(flow, failed) : this.#sent;
      this.#socket.send(Buffer.from(text, 'latin1'), remote.port, target, sent);
    } catch (thrown) {
      this.#up.unsent(thrown as Error, flow, this.counters, failed);
      return;
    }
    this.counters.sent += 1;
    this.#up.sending(text, flow);
  }

  connections(): readonly [] {
    return [];
  }

  drop(): void {}

  close(): Promise<void> {
    this.#closing ??= new Promise(resolve => {
      this.#socket.close(() => {
        this.#up.closed(this);
        resolve();
      });
    });
    return this.#closing;
  }

  #telling(flow: UdpFlow, failed: Failed): Sent {
    return cause => cause && this.#up.unsent(cause, flow, this.counters, failed);
  }
}

/** The system grants what it likes: less is told to whoever debugs, with the remedy. */
function enlarge(socket: Socket, name: string, up: Upward): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch (thrown) {
    up.debug(`${name}: no receive buffer of ${RECEIVE_BUFFER} bytes: ${messageOf(thrown)}`);
    return;
  }
  // Linux reports twice what it granted.
  const granted = socket.getRecvBufferSize() / (process.platform === 'linux' ? 2 : 1);
  if (granted >= RECEIVE_BUFFER) return;
  up.debug(`${name}: receive buffer is ${granted} bytes, ${RECEIVE_BUFFER} wanted; net.core.rmem_max limits it`);
}

export const openUdp: Open = (bind, up) =>
  new Promise((resolve, reject) => {
    const family = isIP(bind.address);
    if (family === 0) return reject(bindError('udp', bind, { code: 'ENOTFOUND' }));
    // Node would bind to the rest of a division by 65536.
    if (bind.port < 0 || bind.port > 0xffff) return reject(bindError('udp', bind, { code: 'ERR_SOCKET_BAD_PORT' }));
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Addresses are numbers here: without this each datagram would wait for a tick of the resolver.
      lookup: (address, _options, done) => done(null, address, family),
    });
    const refused = (cause: Error): void => {
      socket.close();
      reject(bindError('udp', bind, cause));
    };
    socket.once('error', refused);
    socket.bind(bind.port, bind.address, () => {
      socket.off('error', refused);
      const listener = new UdpListener(socket, up);
      enlarge(socket, `udp ${formatEndpoint(listener.local)}`, up);
      resolve(listener);
    });
  });
