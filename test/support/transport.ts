/** A stage for tests of transports: the real layer on real sockets, whose user answers each request with 200. */
import assert from 'node:assert/strict';
import type { TlsIdentity } from '../../core/certificates.js';
import { TestClock } from '../../core/clock.js';
import { refusal, response } from '../../modules/chan_sip/message/build.js';
import type { Message } from '../../modules/chan_sip/message/message.js';
import type { History } from '../../modules/chan_sip/transport/history.js';
import { TransportLayer } from '../../modules/chan_sip/transport/layer.js';
import type { StreamLimits } from '../../modules/chan_sip/transport/strangers.js';
import type { Flow, WebLimits } from '../../modules/chan_sip/transport/transport.js';
import { PATIENCE } from './udp-phone.js';
import { keptLog } from './wire.js';

/** `receive` stands in for the user that answers. */
export function transportStage(
  receive?: (message: Message, flow: Flow) => void,
  limits: StreamLimits = { authTimeout: 30_000, authLimit: 100, idle: 3_600_000 },
  identity: () => TlsIdentity | undefined = () => undefined,
  history?: History,
  web: WebLimits = { writeTimeout: 100, origins: [] },
  used: (flow: Flow) => boolean = () => false,
) {
  const clock = new TestClock();
  const { log, lines } = keptLog();
  const lost: Flow[] = [];
  const heard: [message: Message, flow: Flow][] = [];
  const layer = new TransportLayer({
    log,
    clock,
    receive(message, flow) {
      heard.push([message, flow]);
      if (receive) receive(message, flow);
      else flow.send(answerTo(message, flow));
    },
    lost: flow => void lost.push(flow),
    limits: () => limits,
    used,
    web: () => web,
    identity,
    ...(history && { history }),
    refuse: (error, flow) => refusal(error, { source: flow.remote, rport: true, block: '', toTag: 't' }),
  });
  const end = async (): Promise<void> => {
    await layer.close();
    const left = { listeners: layer.size, connections: layer.connections().length, timers: clock.pending };
    assert.deepEqual(left, { listeners: 0, connections: 0, timers: 0 }, 'something is left behind');
  };
  return { layer, clock, lines, heard, lost, [Symbol.asyncDispose]: end };
}

export const answerTo = (message: Message, flow: Flow): string =>
  response(message, { status: 200, reason: 'OK', source: flow.remote, rport: true, block: '', toTag: 't' });

/** Why a message could not be sent. @throws when nobody says so in time. */
export const failureOf = (flow: Flow, text: string): Promise<Error> =>
  new Promise((resolve, reject) => {
    AbortSignal.timeout(PATIENCE).onabort = () => reject(new Error('no failure was reported'));
    flow.send(text, resolve);
  });
