/** How long a stop takes while 100,000 phones are registered and go on to register, and whether any registration is lost by it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Obelisk } from '../support/obelisk.js';
import { registerAs } from './load.js';
import { manyAccounts, manyContact, manyName, manySecret } from './many.js';

const COUNT = 100_000;
/** Registrations under way at a time, whatever is answered. */
const ABREAST = 512;
/** Milliseconds of the load before the stop. */
const BEFORE = 3000;

export interface StopFigures {
  readonly how: string;
  /** From the order to the end of the process. */
  readonly seconds: number;
  readonly code: number | null;
  /** Registrations that were answered with 200 while it was stopped or before, and are not on disk. */
  readonly lost: number;
  readonly answered: number;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Phones that register anew all the time, each time from another port; a request is never repeated. */
class Ceaseless {
  /** The contact of each that was answered last. */
  readonly answered = new Map<string, string>();
  readonly #asked = new Map<string, { name: string; contact: string }>();
  #next = 0;
  #sweep: NodeJS.Timeout | undefined;
  readonly #socket: Socket;
  readonly #port: number;

  constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on('message', data => this.#hear(data.toString('latin1')));
    socket.on('error', () => undefined);
  }

  begin(): void {
    for (let index = 0; index < ABREAST; index++) this.#begin();
    // What is not answered is made up for: the load is the same while nobody reads.
    this.#sweep = setInterval(() => {
      for (let missing = ABREAST / 16; missing > 0; missing--) this.#begin();
    }, 20);
  }

  end(): void {
    clearInterval(this.#sweep);
    this.#socket.close();
  }

  #begin(): void {
    const index = this.#next++;
    const name = manyName(index % COUNT);
    const id = `c${index}`;
    const contact = manyContact(index % COUNT).replace('5060', String(10_000 + (index % 50_000)));
    this.#asked.set(id, { name, contact });
    this.#send(id, name, contact, 1, '');
  }

  #send(id: string, name: string, contact: string, cseq: number, credentials: string): void {
    const text =
      `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${this.#socket.address().port};branch=z9hG4bK${id}-${cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${name}@127.0.0.1>;tag=${id}\r\nTo: <sip:${name}@127.0.0.1>\r\nCall-ID: ${id}\r\n` +
      `CSeq: ${cseq} REGISTER\r\nContact: <sip:${name}@${contact}>\r\nExpires: 300\r\n${credentials}Content-Length: 0\r\n\r\n`;
    this.#socket.send(text, this.#port, '127.0.0.1');
  }

  #hear(text: string): void {
    const id = /\r\nCall-ID: (\S+)/.exec(text)![1]!;
    const asked = this.#asked.get(id);
    if (!asked) return;
    const { name, contact } = asked;
    if (text.startsWith('SIP/2.0 401')) {
      const nonce = /nonce="([^"]*)"/.exec(text)![1];
      const response = md5(`${md5(`${name}:bench:${manySecret(name)}`)}:${nonce}:${md5('REGISTER:sip:127.0.0.1')}`);
      const credentials = `Authorization: Digest username="${name}", realm="bench", nonce="${nonce}", uri="sip:127.0.0.1", response="${response}", algorithm=MD5\r\n`;
      this.#send(id, name, contact, 2, credentials);
      return;
    }
    if (text.startsWith('SIP/2.0 200')) this.answered.set(name, contact);
    this.#asked.delete(id);
    this.#begin();
  }
}

function onDisk({ directory }: Obelisk): Map<string, string> {
  const database = new Database(join(directory, 'lib', 'astdb.sqlite3'), { readonly: true });
  const rows = database
    .prepare<[], [string, string]>("SELECT key, value FROM astdb WHERE key LIKE '/SIP/Registry/%'")
    .raw()
    .all();
  database.close();
  return new Map(rows.map(([key, value]) => [key.slice('/SIP/Registry/'.length), value]));
}

const WAYS: Readonly<Record<string, (pbx: Obelisk) => unknown>> = {
  SIGTERM: pbx => pbx.kill('SIGTERM'),
  'core stop now': pbx => pbx.says('core stop now').catch(() => undefined),
};

/** Processes that only compute: each takes as much of the processors as the PBX is given. */
const HOGS = 12;

class Crowd {
  #hogs: ChildProcess[] = [];

  gather(count: number): void {
    this.#hogs = Array.from({ length: count }, () => spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }));
  }

  disperse(): void {
    for (const hog of this.#hogs.splice(0)) hog.kill('SIGKILL');
  }
}

/** Of a run: how many are not on disk as they were answered last. */
function missingOf(answered: ReadonlyMap<string, string>, disk: ReadonlyMap<string, string>): number {
  let lost = 0;
  for (let index = 0; index < COUNT; index++) {
    const name = manyName(index);
    const contact = answered.get(name);
    const stored = disk.get(name);
    if (stored === undefined || (contact !== undefined && !stored.endsWith(`:sip:${name}@${contact}`))) lost += 1;
  }
  return lost;
}

async function oneStop(
  pbx: Obelisk,
  order: (pbx: Obelisk) => unknown,
  hogs: number,
): Promise<Omit<StopFigures, 'how'>> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024, sendBufferSize: 8 * 1024 * 1024 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const load = new Ceaseless(socket, await pbx.port());
  const crowd = new Crowd();
  try {
    crowd.gather(hogs);
    load.begin();
    await pause(BEFORE);
    const began = performance.now();
    order(pbx);
    const { code } = await pbx.exited();
    const seconds = (performance.now() - began) / 1000;
    return { seconds, code, lost: missingOf(load.answered, onDisk(pbx)), answered: load.answered.size };
  } finally {
    load.end();
    crowd.disperse();
  }
}

export async function stopFigures(): Promise<StopFigures[]> {
  const pbx = await manyAccounts(COUNT);
  const figures: StopFigures[] = [];
  try {
    await pbx.start();
    await registerAs(await pbx.port(), COUNT, { name: manyName, secret: manySecret, contact: manyContact });
    for (const hogs of [0, HOGS]) {
      for (const [how, order] of Object.entries(WAYS)) {
        if (figures.length > 0) await pbx.start();
        figures.push({ how: `${how}${hogs > 0 ? `, ${hogs} beside it` : ''}`, ...(await oneStop(pbx, order, hogs)) });
      }
    }
  } finally {
    await pbx.remove();
  }
  return figures;
}

export const stopLines = (figures: readonly StopFigures[]): string[] => [
  `${`A stop, ${COUNT} phones`.padEnd(36)}${['s', 'status', 'answered', 'lost'].map(title => title.padStart(11)).join('')}`,
  ...figures.map(
    ({ how, seconds, code, answered, lost }) =>
      how.padEnd(36) +
      [seconds.toFixed(1), code, answered, lost].map(cell => String(cell ?? 'killed').padStart(11)).join(''),
  ),
];
