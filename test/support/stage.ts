/** Stages for tests of transactions: the real layer and real messages over a clock, a wire and a user that can be read. */
import assert from 'node:assert/strict';
import { TestClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import { request, response } from '../../modules/chan_sip/message/build.js';
import type { Message } from '../../modules/chan_sip/message/message.js';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { type ClientUser, type ServerTransaction, TransactionLayer } from '../../modules/chan_sip/transaction/layer.js';
import type { Observer } from '../../modules/chan_sip/transaction/machine.js';
import { DEFAULT_TIMERS, type Timers } from '../../modules/chan_sip/transaction/timers.js';
import { type Breakage, keptLog, Wire } from './wire.js';

export interface StageOptions {
  readonly breakage?: Breakage;
  readonly timers?: Timers;
  readonly limit?: number;
  readonly answeredLimit?: number;
  readonly observer?: Observer;
}

/** What a response of each kind says. */
const STATUS = { '1xx': [180, 'Ringing'], '2xx': [200, 'OK'], '3xx+': [486, 'Busy Here'] } as const;
export type ResponseKind = keyof typeof STATUS;

export const BRANCH = 'z9hG4bK-1';

/** A request as text; `changes` replace its headers by name, `uri` its Request-URI. */
export function requestText(
  method: string,
  branch = BRANCH,
  changes: Partial<Parameters<typeof request>[0]> = {},
): string {
  return request({
    method,
    uri: 'sip:100@pbx.example',
    via: { transport: 'UDP', host: '192.0.2.1', port: 5060, branch, rport: true },
    maxForwards: 70,
    from: '<sip:alice@pbx.example>;tag=a1',
    to: '<sip:100@pbx.example>',
    callId: 'call-1@192.0.2.1',
    cseq: 1,
    ...changes,
  });
}

export function responseText(to: Message, kind: ResponseKind): string {
  const [status, reason] = STATUS[kind];
  return response(to, {
    status,
    reason,
    toTag: 'b1',
    source: { address: '192.0.2.7', port: 5062 },
    rport: false,
    block: '',
  });
}

/** A transaction layer on its own: `tu` is what its user heard, with the time. */
export function layerOver(protocol: 'udp' | 'tcp', options: StageOptions = {}) {
  const clock = new TestClock();
  const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${thrown}`));
  const { sched } = heap.open();
  const { log, lines } = keptLog();
  const wire = new Wire(clock, protocol, options.breakage);
  const tu: [at: number, what: string][] = [];
  const hears = (what: string) => void tu.push([clock.elapsed(), what]);
  const requests: Message[] = [];
  const layer = new TransactionLayer({
    sched,
    clock,
    log,
    timers: () => options.timers ?? DEFAULT_TIMERS,
    limit: options.limit ?? 1000,
    answeredLimit: options.answeredLimit ?? 1000,
    ...(options.observer && { observer: options.observer }),
    user: {
      request(message) {
        hears(message.method);
        requests.push(message);
      },
    },
  });
  const receive = (text: string): void => layer.receive(parse(text), wire);
  /** Asserts that nothing is left behind. */
  const left = (): void =>
    assert.deepEqual([clock.pending, heap.size, layer.size], [0, 0, 0], 'something is left behind');
  return { clock, sched, wire, tu, hears, requests, layer, lines, receive, left };
}

/** A request of ours: `tx.input('3xx+')` is a response that comes. */
function clientOver(method: string, protocol: 'udp' | 'tcp', options: StageOptions = {}) {
  const stage = layerOver(protocol, options);
  const { hears, layer, wire, receive } = stage;
  const user: ClientUser = {
    response: ({ status }) => hears(String(status)),
    failed: how => hears(`report ${how}`),
  };
  const text = requestText(method);
  const transaction = layer.send({ text, method, branch: BRANCH }, wire, user);
  const tx = {
    get state() {
      return transaction.state;
    },
    input: (kind: ResponseKind) => receive(responseText(parse(text), kind)),
    close: () => transaction.close(),
  };
  return { ...stage, text, tx };
}

export const inviteOver = (protocol: 'udp' | 'tcp', options?: StageOptions) => clientOver('INVITE', protocol, options);
export const optionsOver = (protocol: 'udp' | 'tcp', options?: StageOptions) =>
  clientOver('OPTIONS', protocol, options);

/** A request of theirs: `tx.input('request')` is its repeat, `'ACK'` its acknowledgement, `'2xx'` what the user answers. */
function servedOver(method: string, protocol: 'udp' | 'tcp', options: StageOptions = {}) {
  const stage = layerOver(protocol, options);
  const { hears, layer, wire, receive, requests } = stage;
  const text = requestText(method);
  receive(text);
  const transaction: ServerTransaction = layer.serve(requests[0]!, wire, {
    acknowledged: () => hears('acknowledged'),
    failed: how => hears(`report ${how}`),
  })!;
  const tx = {
    get state() {
      return transaction.state;
    },
    input(kind: 'request' | 'ACK' | ResponseKind) {
      if (kind === 'request') receive(text);
      else if (kind === 'ACK') receive(requestText('ACK', BRANCH, { to: '<sip:100@pbx.example>;tag=b1' }));
      else transaction.respond(STATUS[kind][0], responseText(requests[0]!, kind));
    },
  };
  return { ...stage, text, transaction, tx };
}

export const invitedOver = (protocol: 'udp' | 'tcp', options?: StageOptions) => servedOver('INVITE', protocol, options);
export const askedOver = (protocol: 'udp' | 'tcp', options?: StageOptions) => servedOver('OPTIONS', protocol, options);
