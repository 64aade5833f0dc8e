/** What a phone of tests speaks over: a datagram socket, a connection, a WebSocket. */

import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import type { Bound } from '../../modules/http/token.js';
import { StreamPhone } from './stream-phone.js';
import { UdpPhone } from './udp-phone.js';
import { WebPhone } from './web.js';

export interface Line {
  /** As Via names it. */
  readonly protocol: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';
  readonly endpoint: Endpoint;
  /** Messages that have come. */
  readonly received: readonly unknown[];
  send(text: string): void;
  /** The next message that was not taken yet. @throws when none comes in time */
  next(): Promise<string>;
  close(): Promise<void>;
  readonly udp?: UdpPhone;
}

export async function udpLine(server: Endpoint): Promise<Line> {
  const udp = await UdpPhone.open();
  return {
    protocol: 'UDP',
    udp,
    endpoint: udp.endpoint,
    received: udp.received,
    send: text => udp.send(server, text),
    next: () => udp.next(),
    close: () => udp[Symbol.asyncDispose](),
  };
}

/** `ca`: whom the server's certificate must be from; left out: TCP. */
export async function streamLine(server: Endpoint, ca?: string): Promise<Line> {
  const stream = ca === undefined ? await StreamPhone.open(server) : await StreamPhone.secure(server, { ca });
  return {
    protocol: ca === undefined ? 'TCP' : 'TLS',
    endpoint: stream.endpoint,
    received: stream.received,
    send: text => stream.send(text),
    next: () => stream.next(),
    close: () => stream[Symbol.asyncDispose](),
  };
}

export async function webLine(server: Bound, ca?: string): Promise<Line> {
  const web = await WebPhone.open(server, ca === undefined ? {} : { ca });
  return {
    protocol: server.secure ? 'WSS' : 'WS',
    endpoint: { address: '127.0.0.1', port: web.port },
    received: web.received,
    send: text => web.send(text),
    next: () => web.next(),
    close: () => web[Symbol.asyncDispose](),
  };
}
