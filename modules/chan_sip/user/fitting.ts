/** A request to one place: by TCP where it is too big for a datagram, by UDP where nobody takes TCP. RFC 3261 §18.1.1. */
import type { ClientRequest, ClientUser } from '../transaction/layer.js';
import type { Timers } from '../transaction/timers.js';
import type { Endpoint, Flow, Protocol } from '../transport/transport.js';
import type { Site } from './site.js';

/** Octets that a datagram carries to anywhere. */
const LARGEST = 1300;

/** Where it goes, and over what it may go. */
export interface Place {
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  readonly name?: string;
  readonly allowed: readonly Protocol[];
}

export interface Sending {
  /** Nothing is sent or told any more. */
  close(): void;
}

/** @returns undefined when we do not speak that protocol */
export function sendFitting(
  { outward, transactions }: Pick<Site, 'outward' | 'transactions'>,
  { protocol, remote, name, allowed }: Place,
  make: (flow: Flow) => ClientRequest,
  user: ClientUser,
  timers?: Timers,
): Sending | undefined {
  const flow = outward(protocol, remote, name);
  if (!flow) return undefined;
  const request = make(flow);
  const stream =
    protocol === 'udp' && request.text.length > LARGEST && allowed.includes('tcp') ? outward('tcp', remote) : undefined;
  if (!stream) return transactions.send(request, flow, user, timers);
  let closed = false;
  let second: Sending | undefined;
  const first = transactions.send(
    make(stream),
    stream,
    {
      response: message => user.response(message),
      failed(how) {
        if (closed) return;
        if (how === 'error') second = transactions.send(request, flow, user, timers);
        else user.failed(how);
      },
    },
    timers,
  );
  return {
    close() {
      closed = true;
      first.close();
      second?.close();
    },
  };
}
