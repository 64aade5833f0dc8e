/** Kamailio as a registrar of its own: accounts by their realm, challenged over UDP and TCP, every binding told on stderr. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sparePort } from './spare-port.js';

/** The password of every account. */
export const SECRET = 'kamailio-secret';

export class Kamailio {
  readonly port: number;
  readonly #home: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';
  #heard = (): void => undefined;

  private constructor(port: number, home: string) {
    this.port = port;
    this.#home = home;
    const args = ['-f', join(home, 'kamailio.cfg'), '-DD', '-E', '-m', '64', '-M', '8', '-Y', home];
    this.#process = spawn('kamailio', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#ended = once(this.#process, 'close');
    this.#process.stderr!.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
      this.#heard();
    });
    this.#process.on('close', () => this.#heard());
  }

  static async start(): Promise<Kamailio> {
    const home = await mkdtemp(join(tmpdir(), 'kamailio-'));
    const port = await sparePort();
    await writeFile(join(home, 'kamailio.cfg'), config(port));
    const server = new Kamailio(port, home);
    await server.says('SERVER READY');
    return server;
  }

  /** `bound 2001 udp 120`, each time somebody was registered; `unbound 2001 udp 0`. */
  get bindings(): string[] {
    return [...this.#said.matchAll(/(?:un)?bound \S+ \S+ \d+/g)].map(([line]) => line);
  }

  /** Resolves when it has said that, as often. @throws with what it said when it ends before */
  says(words: string, times = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#heard = () => {
        if (this.#said.split(`: ${words}\n`).length > times) resolve();
        else if (this.#process.exitCode !== null) reject(new Error(`Kamailio ended:\n${this.#said}`));
      };
      this.#heard();
    });
  }

  /** At once, with nothing said to anybody. */
  async kill(): Promise<void> {
    // Its children end with it.
    this.#process.kill('SIGTERM');
    await this.#ended;
  }

  async remove(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10 });
  }
}

const config = (port: number): string => `#!KAMAILIO
debug=0
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("registrar", "min_expires", 1)
modparam("registrar", "default_expires", 120)
event_route[core:worker-one-init] { xlog("L_ALERT", "SERVER READY\\n"); }
request_route {
  if (!is_method("REGISTER")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if (!pv_www_authenticate("kamailio", "${SECRET}", "0")) { www_challenge("kamailio", "1"); exit; }
  if ($hdr(Expires) == "0") xlog("L_ALERT", "unbound $tU $proto 0\\n");
  else xlog("L_ALERT", "bound $tU $proto $hdr(Expires)\\n");
  save("location");
  exit;
}
`;
