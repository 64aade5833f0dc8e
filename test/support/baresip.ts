/** baresip as a phone of the PBX: registers, calls, answers by itself, plays a file and keeps what it hears. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spareRange } from './spare-port.js';
import { readWav } from './wav.js';

export interface BaresipOptions {
  readonly home: string;
  readonly user: string;
  readonly secret: string;
  /** Where the PBX is. */
  readonly server: number;
  /** A file of audio to play. */
  readonly plays: string;
  readonly answers?: boolean;
  /** `info`: keys go as INFO, not as events of RTP. */
  readonly keys?: 'rtpevent' | 'info';
}

export class Baresip {
  /** What it wrote so far. */
  output = '';
  readonly #home: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(home: string, process: ChildProcess) {
    this.#home = home;
    this.#process = process;
    this.#ended = new Promise(done => process.on('close', () => done()));
    const hear = (chunk: Buffer): void => {
      this.output += chunk.toString('latin1');
    };
    process.stdout!.on('data', hear);
    process.stderr!.on('data', hear);
    process.stdin!.on('error', () => undefined); // it may end before it is told to
  }

  /** Starts it, and resolves when it has registered. */
  static async start({ home, user, secret, server, plays, answers, keys }: BaresipOptions): Promise<Baresip> {
    await mkdir(home, { recursive: true });
    const parameters = [
      `auth_pass=${secret}`,
      'regint=60',
      `answermode=${answers ? 'auto' : 'manual'}`,
      'audio_codecs=pcmu,pcma',
    ];
    if (keys === 'info') parameters.push('dtmfmode=info');
    await writeFile(join(home, 'accounts'), `<sip:${user}@127.0.0.1:${server}>;${parameters.join(';')}\n`);
    await writeFile(join(home, 'config'), configuration(home, plays, (await spareRange(1)).start));
    const phone = new Baresip(home, spawn('baresip', ['-f', home, '-4'], { stdio: ['pipe', 'pipe', 'pipe'] }));
    await phone.says(/\b200 OK\b/);
    return phone;
  }

  /** Resolves when what it wrote shows it, in `since` or behind. @throws when it ends before */
  says(sign: RegExp, since = 0): Promise<void> {
    return new Promise((seen, failed) => {
      const streams = [this.#process.stdout!, this.#process.stderr!];
      const look = (): void => {
        if (!sign.test(this.output.slice(since))) return;
        for (const stream of streams) stream.off('data', look);
        this.#process.off('close', ended);
        seen();
      };
      const ended = (): void => failed(new Error(`baresip ended without ${sign}:\n${this.output}`));
      for (const stream of streams) stream.on('data', look);
      this.#process.on('close', ended);
      look();
    });
  }

  /** Types: a command begins with a slash, a key of the telephone is itself. */
  type(text: string): void {
    this.#process.stdin!.write(text);
  }

  async heard(): Promise<Int16Array> {
    const file = (await readdir(this.#home)).find(name => name.endsWith('-dec.wav'));
    if (file === undefined) throw new Error(`it heard nothing:\n${this.output}`);
    return readWav(join(this.#home, file));
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#ended;
  }
}

const configuration = (home: string, plays: string, port: number): string => `sip_listen 127.0.0.1:${port}
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
audio_player aufile,${join(home, 'out.wav')}
audio_source aufile,${plays}
audio_alert nil,nil
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module g711.so
module aufile.so
module sndfile.so
module stdio.so
module_app account.so
module_app menu.so
snd_path ${home}
`;
