/** linphonec as a phone of the PBX: registers, answers by itself, plays a file and keeps what it hears. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spareRange } from './spare-port.js';
import { readWav } from './wav.js';

export interface LinphoneOptions {
  readonly home: string;
  readonly user: string;
  readonly secret: string;
  /** Where the PBX is. */
  readonly server: number;
  /** A file of audio to play. */
  readonly plays: string;
}

export class Linphone {
  readonly #home: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(home: string, process: ChildProcess) {
    this.#home = home;
    this.#process = process;
    this.#ended = new Promise(done => process.on('close', () => done()));
    // Nobody reads what it writes: it must not wait for that.
    process.stdout!.resume();
    process.stderr!.resume();
    process.stdin!.on('error', () => undefined); // it may end before it is told to
  }

  /** Starts it; it registers in its own time. */
  static async start(options: LinphoneOptions): Promise<Linphone> {
    const { home, plays } = options;
    // Without the directory for its database it does not run as it should.
    await mkdir(join(home, '.local', 'share', 'linphone'), { recursive: true });
    const config = join(home, 'linphonerc');
    await writeFile(config, configuration(options, (await spareRange(1)).start, (await spareRange(1)).start));
    const child = spawn('linphonec', ['-c', config, '-a'], {
      env: { ...process.env, HOME: home },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const phone = new Linphone(home, child);
    phone.type('soundcard use files');
    phone.type(`play ${plays}`);
    phone.type(`record ${join(home, 'heard.wav')}`);
    return phone;
  }

  type(command: string): void {
    this.#process.stdin!.write(`${command}\n`);
  }

  heard(): Promise<Int16Array> {
    return readWav(join(this.#home, 'heard.wav'));
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#ended;
  }
}

const configuration = ({ user, secret, server }: LinphoneOptions, sip: number, rtp: number): string => `[sip]
sip_port=${sip}
sip_udp_port=${sip}
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
use_ipv6=0
[rtp]
audio_rtp_port=${rtp}
[sound]
echo_cancellation=0
[video]
enabled=0
capture=0
display=0
[auth_info_0]
username=${user}
passwd=${secret}
realm=asterisk
[proxy_0]
reg_proxy=<sip:127.0.0.1:${server};transport=udp>
reg_identity=sip:${user}@127.0.0.1
reg_expires=300
reg_sendregister=1
publish=0
`;
