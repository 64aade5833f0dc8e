/** What moves sound in the benchmark, as a process of its own: a bare relay, or media threads. Told by messages of its parent. */
import { createSocket } from 'node:dgram';
import { SystemClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import { MediaThreads } from '../../modules/res_rtp/engine.js';
import type { RtpAddress, RtpFlow, RtpSession } from '../../modules/res_rtp/token.js';
import { keptLog } from '../support/wire.js';

/** Calls by the ports of their two phones on loopback. */
export interface Task {
  readonly way: 'bare' | 'relayed' | 'transcoded';
  readonly phones: readonly (readonly [number, number])[];
  /** The first port that it may have. */
  readonly start: number;
}

/** The ports at which the phones are to talk, in their order; or the processor time so far. */
export type Answer = { readonly ports: readonly (readonly [number, number])[] } | { readonly cpu: number };

const ADDRESS = '127.0.0.1';

/** One socket for each phone, and nothing looked at. */
async function bare(phones: Task['phones']): Promise<[number, number][]> {
  const open = async () => {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: 256 * 1024,
      lookup: (host, _options, done) => done(null, host, 4),
    });
    await new Promise<void>(done => void socket.bind(0, ADDRESS, done));
    return socket;
  };
  const ports: [number, number][] = [];
  for (const [left, right] of phones) {
    const [a, b] = [await open(), await open()];
    a.on('message', data => b.send(data, right, ADDRESS));
    b.on('message', data => a.send(data, left, ADDRESS));
    ports.push([a.address().port, b.address().port]);
  }
  return ports;
}

const formatOf = (name: string) => ({ name, payload: name === 'ulaw' ? 0 : 8, ptime: 20 });

const flow = (port: number, name: string): RtpFlow => {
  const remote: RtpAddress = { address: ADDRESS, port };
  const format = formatOf(name);
  return {
    ...{ remote, rtcp: undefined, send: format, receive: [format], events: undefined, tones: false },
    ...{ sends: true, receives: true, symmetric: true, timeout: 30_000, keepalive: 0 },
  };
};

async function threads({ way, phones, start }: Task): Promise<[number, number][]> {
  const clock = new SystemClock();
  const { log } = keptLog();
  const { sched } = new SchedulerHeap(clock, (_label, thrown) => {
    throw thrown;
  }).open();
  const settings = {
    start,
    end: 65_000,
    dtmfTimeout: 1200,
    rtcpInterval: 5000,
    strictness: 'yes',
    probation: 4,
  } as const;
  const engine = new MediaThreads({ log, clock, sched, usedBy: () => undefined }, settings, 1);
  const open = async (port: number, format: string): Promise<RtpSession> => {
    const listener = { digitBegan() {}, digitEnded() {}, timedOut() {}, learned() {} };
    const session = await engine.open({ address: ADDRESS, listener });
    if (!session) throw new Error('no port is free');
    session.configure(flow(port, format));
    return session;
  };
  const ports: [number, number][] = [];
  for (const [left, right] of phones) {
    const [a, b] = [await open(left, 'ulaw'), await open(right, way === 'transcoded' ? 'alaw' : 'ulaw')];
    a.connect(b);
    ports.push([a.local.port, b.local.port]);
  }
  return ports;
}

const answer = (message: Answer): void => void process.send?.(message);

process.on('message', async (message: Task | 'cpu') => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    answer({ cpu: user + system });
  } else answer({ ports: await (message.way === 'bare' ? bare(message.phones) : threads(message)) });
});
