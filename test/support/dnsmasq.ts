/** A real DNS server on a free port of this machine: dnsmasq, which knows what a test tells it and asks nobody. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { sparePort } from './spare-port.js';

/** Where Debian has it; it may not be in the PATH of a user. */
export const DNSMASQ = '/usr/sbin/dnsmasq';

const BASIC = ['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--bind-interfaces', '--pid-file='];

export class Dnsmasq {
  readonly endpoint: Endpoint;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.endpoint = { address: '127.0.0.1', port };
  }

  /** @throws when it does not start, with what it says */
  static async start(...records: string[]): Promise<Dnsmasq> {
    let said = '';
    // A port that was free a moment ago may be taken by now.
    for (let tries = 0; tries < 5; tries += 1) {
      const port = await sparePort();
      const place = ['--listen-address=127.0.0.1', `--port=${port}`, '--local=/example/', '--user=root'];
      const child = spawn(DNSMASQ, [...BASIC, ...place, ...records], { stdio: ['ignore', 'ignore', 'pipe'] });
      const ended = once(child, 'exit').then(() => false);
      const started = new Promise<boolean>(resolve => {
        child.stderr.on('data', (text: Buffer) => {
          said += text.toString();
          if (/: started, version/.test(said)) resolve(true);
        });
      });
      if (await Promise.race([started, ended])) return new Dnsmasq(child, port);
    }
    throw new Error(`dnsmasq does not start: ${said}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
