/** The servers that are measured beside each other, each a process of its own on a port of loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, Obelisk } from '../support/obelisk.js';

export const ACCOUNTS = 1000;
export const accountName = (index: number): string => String(100_000 + (index % ACCOUNTS));
export const secretOf = (name: string): string => `s${name}`;

export interface Server {
  readonly port: number;
  /** Processor time of all its processes so far, in microseconds. */
  cpu(): Promise<number>;
  /** Resident memory of all its processes, in megabytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** Clock ticks a second, as Linux reports processor time. */
const TICKS = 100;

const children = async (pid: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async other => [other, (await stat(other))?.parent] as const));
  const found = [pid];
  for (const parent of found) for (const [other, of] of parents) if (of === parent) found.push(other);
  return found;
};

async function stat(pid: number): Promise<{ parent: number; ticks: number } | undefined> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // it ended meanwhile
  }
}

export const cpuOf = async (pid: number): Promise<number> => {
  const ticks = await Promise.all((await children(pid)).map(async one => (await stat(one))?.ticks ?? 0));
  return (ticks.reduce((sum, one) => sum + one, 0) * 1e6) / TICKS;
};

export const memoryOf = async (pid: number): Promise<number> => {
  const pages = await Promise.all(
    (await children(pid)).map(one =>
      readFile(`/proc/${one}/statm`, 'utf8').then(
        text => Number(text.split(' ')[1]),
        () => 0,
      ),
    ),
  );
  return (pages.reduce((sum, one) => sum + one, 0) * 4096) / 1024 / 1024;
};

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>(done => socket.close(done));
  return port;
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();

/** The least that a Node process can do for a registration: read two datagrams, write two. */
export async function bare(): Promise<Server> {
  const child = spawn(process.execPath, [join(__dirname, 'bare.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [first] = (await once(child.stdout!, 'data')) as [Buffer];
  return {
    port: Number(first.toString()),
    cpu: () => cpuOf(child.pid!),
    memory: () => memoryOf(child.pid!),
    async stop() {
      child.kill();
      await ended(child);
    },
  };
}

/** No more than Kamailio writes: nothing of a registration that works. */
const QUIET_LOG = '[logfiles]\nmessages => notice,warning,error\n';
const SECURITY_LOG = `${QUIET_LOG}security => security\n`;

export const obelisk = (): Promise<Server> => obeliskWith(QUIET_LOG);

/** As ban tools want it: two lines for each registration. */
export const obeliskSecurity = (): Promise<Server> => obeliskWith(SECURITY_LOG);

/** With so many accounts, numbered from 100000. */
export const obeliskOf = (accounts: number): Promise<Server> => obeliskWith(QUIET_LOG, accounts);

async function obeliskWith(loggerConf: string, count = ACCOUNTS): Promise<Server> {
  const accounts = Array.from({ length: count }, (_, index) => {
    const name = String(100_000 + index);
    return `[${name}](phone)\nsecret=${secretOf(name)}\n`;
  });
  const pbx = await Obelisk.create({
    'logger.conf': loggerConf,
    'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\nrealm=bench\n[phone](!)\ntype=friend\nhost=dynamic\n${accounts.join('')}`,
  });
  return {
    port: await pbx.port(),
    cpu: () => cpuOf(pbx.pid),
    memory: () => memoryOf(pbx.pid),
    async stop() {
      await pbx.stop();
      await pbx.remove();
    },
  };
}

const kamailioConfig = (port: number, { children, check }: Registrar): string => `#!KAMAILIO
debug=0
log_stderror=yes
children=${children}
auto_aliases=no
listen=udp:127.0.0.1:${port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("auth", "nonce_count", 0)
request_route {
  if (method != "REGISTER") { sl_send_reply("501", "Not Implemented"); exit; }
  if (!${check}) { auth_challenge("bench", "0"); exit; }
  save("location");
  exit;
}
`;

/** How it works: in so many processes, and what it asks credentials with. */
interface Registrar {
  readonly children: number;
  readonly check: string;
}

/** Kamailio with its registrar in memory. @returns why there is none */
export async function kamailio(
  registrar: Registrar = { children: 1, check: 'pv_auth_check("bench", "s$au", "0", "0")' },
): Promise<Server | 'not installed'> {
  if (await missing('kamailio')) return 'not installed';
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'bench-kamailio-'));
  const config = join(directory, 'kamailio.cfg');
  await writeFile(config, kamailioConfig(port, registrar));
  const child = spawn('kamailio', ['-f', config, '-DD', '-E', '-m', '128', '-M', '16', '-Y', directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const probe = createSocket('udp4');
  probe.connect(port, '127.0.0.1');
  await once(probe, 'connect');
  probe.on('error', () => undefined); // refused until it listens
  const answered = once(probe, 'message');
  const knock = setInterval(() => {
    probe.send(
      `OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${probe.address().port};branch=z9hG4bKp;rport\r\nFrom: <sip:p@x>;tag=1\r\nTo: <sip:p@x>\r\nCall-ID: p\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    );
  }, 100);
  const up = await Promise.race([answered.then(() => true), ended(child).then(() => false)]);
  clearInterval(knock);
  probe.close();
  if (!up) throw new Error(`Kamailio did not start:\n${said}`);
  return {
    port,
    cpu: () => cpuOf(child.pid!),
    memory: () => memoryOf(child.pid!),
    async stop() {
      child.kill();
      await ended(child);
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
