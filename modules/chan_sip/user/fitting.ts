/** A request to one place: by TCP where it is too big for a datagram, by UDP where nobody takes TCP. RFC 3261 §18.1.1. */
import type { ClientRequest, ClientUser } from '../transaction/layer.js';
import type { Timers } from '../transaction/timers.js';
import type { Flow, Protocol } from '../transport/transport.js';
import type { Site } from './site.js';

/** Octets that a datagram carries to anywhere. */
const LARGEST = 1300;

export interface Sending {
  /** Nothing is sent or told any more. */
  close(): void;
}

/** What a request of ours is sent by. */
export type Sender = Pick<Site, 'outward' | 'transactions'>;

/** The text of a request over one flow or another: only one of them is sent. */
export type Make = (flow: Flow) => ClientRequest;

/** `allowed`: over what the other end may be reached. */
export function sendFitting(
  { outward, transactions }: Sender,
  flow: Flow,
  allowed: readonly Protocol[],
  make: Make,
  user: ClientUser,
  timers?: Timers,
): Sending {
  const request = make(flow);
  const big = flow.protocol === 'udp' && request.text.length > LARGEST && allowed.includes('tcp');
  const stream = big ? outward('tcp', flow.remote) : undefined;
  if (!stream) return transactions.send(request, flow, user, timers);
  let closed = false;
  let second: Sending | undefined;
  const first = transactions.send(
    make(stream),
    stream,
    {
      response: message => user.response(message),
      failed(how, cause) {
        if (closed) return;
        if (how === 'error') second = transactions.send(make(flow), flow, user, timers);
        else user.failed(how, cause);
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
