/** A thousand registrations with another PBX that is killed and started again: all are back, spread in time, none asked twice for nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { certificate, noCertificates } from '../support/certificate.js';
import { Obelisk } from '../support/obelisk.js';
import { sparePort } from '../support/spare-port.js';

const ACCOUNTS = 1000;
const RATE = 400;
/** What is asked for and granted, and the earliest moment of a renewal: a fifth and a tenth before the end. */
const EXPIRY = 8;
const EARLIEST = EXPIRY * 1000 * 0.8 * 0.9;

/** Milliseconds until who has not been let in never will be. */
const PATIENCE = 90_000;

const names = Array.from({ length: ACCOUNTS }, (_, at) => `acc${at}`);

const server = (port: number, directory: string): string => `[general]
udpbindaddr=127.0.0.1:${port}
tcpenable=yes
tcpbindaddr=127.0.0.1:${port}
tlsenable=yes
tlsbindaddr=127.0.0.1:${port + 1}
tlscertfile=${directory}/cert.pem
tlsprivatekey=${directory}/key.pem
transport=udp,tcp,tls
minexpiry=1
[account](!)
type=friend
host=dynamic
secret=s3cret
${names.map(name => `[${name}](account)`).join('\n')}
`;

const client = (protocol: string, port: number, directory: string): string => `[general]
udpbindaddr=127.0.0.1:0
tcpenable=yes
tcpbindaddr=127.0.0.1:0
tlsenable=yes
tlsbindaddr=127.0.0.1:0
tlscertfile=${directory}/cert.pem
tlsprivatekey=${directory}/key.pem
tlscafile=${directory}/cert.pem
register_rate=${RATE}
registertimeout=2
defaultexpiry=${EXPIRY}
${names.map(name => `register => ${protocol}://${name}:s3cret@127.0.0.1:${protocol === 'tls' ? port + 1 : port}/${name}`).join('\n')}
`;

interface Told {
  readonly event: string;
  readonly account: string;
  readonly at: number;
}

/** What the server says of credentials, from the line on. */
async function told(pbx: Obelisk, from: number): Promise<Told[]> {
  const lines = (await pbx.read('log/security')).split('\n').slice(from);
  return lines.flatMap(line => {
    const found = /SecurityEvent="(\w+)",EventTV="([^"]+)".*?AccountID="(?:sip:)?([^"@]+)/.exec(line);
    return found ? [{ event: found[1]!, at: Date.parse(found[2]!), account: found[3]! }] : [];
  });
}

const linesSoFar = async (pbx: Obelisk, file = 'security'): Promise<number> =>
  (await pbx.read(`log/${file}`).catch(() => '')).split('\n').length - 1;

/** Accounts whose answers came so late, on a busy machine, that they were rightly asked for again; by the log, from the line on. */
async function late(pbx: Obelisk, from: number): Promise<ReadonlySet<string>> {
  const lines = (await pbx.read('log/messages')).split('\n').slice(from);
  return new Set(lines.flatMap(line => /\b(acc\d+)\b.*not registered in time/.exec(line)?.[1] ?? []));
}

/** What was told, as soon as every account of the other has been let in. */
async function allIn(pbx: Obelisk, other: Obelisk, from: number): Promise<Told[]> {
  let accounts = 0;
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const events = await told(pbx, from);
    accounts = new Set(events.filter(({ event }) => event === 'SuccessfulAuth').map(({ account }) => account)).size;
    if (accounts === ACCOUNTS) return events;
    await wait(100);
  }
  const said = (await other.read('log/messages')).split('\n').slice(-20).join('\n');
  throw new Error(`${accounts} of ${ACCOUNTS} came: ${await pbx.x('sip show tcp')}\nthe other says:\n${said}`);
}

/** In each second, so many. */
const perSecond = (events: readonly Told[]): number[] => {
  const seconds = new Map<number, number>();
  for (const { at } of events) seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1);
  return [...seconds.values()];
};

/** Accounts that were let in again before their time. */
function asked(events: readonly Told[]): string[] {
  const last = new Map<string, number>();
  return events.flatMap(({ account, at }) => {
    const before = last.get(account);
    last.set(account, at);
    return before !== undefined && at - before < EARLIEST ? [`${account} after ${at - before} ms`] : [];
  });
}

for (const protocol of ['udp', 'tcp', 'tls']) {
  test(`a thousand over ${protocol}: the other PBX is killed and started again`, { timeout: 240_000 }, async t => {
    const absent = await noCertificates();
    if (absent) return t.skip(absent);
    await using own = await certificate();
    const port = await sparePort();
    const there = await Obelisk.create({ 'sip.conf': server(port, own.directory) });
    const here = await Obelisk.create({ 'sip.conf': client(protocol, port, own.directory) });
    try {
      await allIn(there, here, 0);
      there.kill('SIGKILL');
      await there.exited();
      const from = await linesSoFar(there);
      await there.start();
      const since = await linesSoFar(here, 'messages');
      const events = await allIn(there, here, from);
      const successes = events.filter(({ event }) => event === 'SuccessfulAuth');
      const busiest = Math.max(...perSecond(successes));
      assert.ok(busiest <= 1.5 * RATE, `${busiest} in a second`);
      const excused = await late(here, since);
      assert.deepEqual(
        asked(successes).filter(words => !excused.has(words.split(' ')[0]!)),
        [],
      );
      assert.ok(excused.size < ACCOUNTS / 2, `${excused.size} are answered too late`);
      const challenges = events.length - successes.length;
      assert.ok(challenges <= 1.1 * successes.length + 100, `${challenges} challenges, ${successes.length} let in`);
      const [registry, peers] = [await here.x('sip show registry'), await there.x('sip show peers')];
      // Some may be renewed just now.
      assert.equal(registry.match(/ (?:Registered|Request Sent|Auth\. Sent) /g)?.length, ACCOUNTS);
      assert.match(peers, /Unmonitored: 1000 online, 0 offline/);
    } finally {
      await here.remove();
      await there.remove();
    }
    return undefined;
  });
}
