/** A PBX under everything at once: registrations, calls, questions, wrong passwords, spoilt messages, a bad network, reloads. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { corpus } from '../fuzz/corpus.js';
import { mutated } from '../fuzz/mutation.js';
import { BadNetwork } from '../support/bad-network.js';
import { Chance } from '../support/chance.js';
import { addGauge, type Gauge, readGauge } from '../support/gauge.js';
import { Obelisk } from '../support/obelisk.js';
import { PatientPhone } from '../support/patient-phone.js';
import { sparePort, spareRange } from '../support/spare-port.js';
import { UdpPhone } from '../support/udp-phone.js';
import { growing } from './growth.js';

const NAMES = Array.from({ length: 40 }, (_, at) => String(3001 + at));
/** The last quarter of the phones is on a bad network. */
const FAR = 30;
const [CALLERS, EVERY] = [8, 100];
const RELOAD = 10_000;
const RENEW = 45_000;

/** What the load itself makes the PBX say. */
const EXPECTED: readonly RegExp[] = [
  /Registration from '.*' failed for '.*' - /,
  /sendto|EINVAL|ENETUNREACH|ECONNREFUSED|invalid argument/i,
  /astdb\.sqlite3': the file was removed, or another put in its place/,
  /No extension|rejected because|Call from/i,
];

export interface Counts {
  registered: number;
  called: number;
  /** Wrong passwords. */
  knocked: number;
  spoilt: number;
  reloaded: number;
}

export interface Sample {
  readonly seconds: number;
  readonly gauge: Gauge;
  readonly counts: Readonly<Counts>;
}

export class Soak {
  readonly counts: Counts = { registered: 0, called: 0, knocked: 0, spoilt: 0, reloaded: 0 };
  readonly #wrong: string[] = [];
  readonly #gauges: Gauge[] = [];
  readonly #chance = new Chance(1);
  readonly #corpus = corpus();
  readonly #pbx: Obelisk;
  readonly #network: BadNetwork;
  readonly #phones: readonly PatientPhone[];
  readonly #stranger: UdpPhone;
  readonly #guesser: PatientPhone;
  readonly #port: number;
  #going = true;
  #paused: Promise<void> = Promise.resolve();

  private constructor(
    pbx: Obelisk,
    port: number,
    parts: { network: BadNetwork; phones: PatientPhone[]; stranger: UdpPhone; guesser: PatientPhone },
  ) {
    this.#pbx = pbx;
    this.#port = port;
    this.#network = parts.network;
    this.#phones = parts.phones;
    this.#stranger = parts.stranger;
    this.#guesser = parts.guesser;
  }

  static async open(): Promise<Soak> {
    const port = await sparePort();
    const { start, end } = await spareRange(80);
    const files = {
      'sip.conf': sipConf(port, 0),
      'extensions.conf':
        '[internal]\nexten => 600,1,Answer()\n same => n,Wait(60)\nexten => _30XX,1,Dial(SIP/${EXTEN},40)\n',
      'rtp.conf': `[general]\nrtpstart=${start}\nrtpend=${end}\n`,
    };
    const pbx = await Obelisk.create(files, { start: false });
    try {
      await addGauge(pbx);
      await pbx.start();
      return await Soak.#over(pbx, port);
    } catch (thrown) {
      await pbx.remove();
      throw thrown;
    }
  }

  static async #over(pbx: Obelisk, port: number): Promise<Soak> {
    const network = await BadNetwork.to(port, new Chance(2), { loss: 0.1, twice: 0.1, jitter: 200 });
    const phones = await Promise.all(
      NAMES.map((name, at) => PatientPhone.open(at < FAR ? port : network.port, name, `s${name}`)),
    );
    const guesser = await PatientPhone.open(port, NAMES[0]!, 'wrong');
    return new Soak(pbx, port, { network, phones, stranger: await UdpPhone.open(), guesser });
  }

  /** @param tell what was measured, each time */
  async run(ms: number, sample: number, tell: (sample: Sample) => void): Promise<void> {
    const began = performance.now();
    for (const phone of this.#phones) await phone.register();
    const loads = [
      ...this.#phones.map(phone => this.#register(phone)),
      ...this.#phones.slice(0, CALLERS).map((phone, at) => this.#call(phone, at)),
      this.#guess(),
      this.#spoil(),
      this.#reload(),
      this.#renew(),
    ];
    while (performance.now() - began < ms) {
      await delay(sample);
      await this.#paused;
      const gauge = await readGauge(this.#pbx);
      this.#gauges.push(gauge);
      tell({ seconds: Math.round((performance.now() - began) / 1000), gauge, counts: this.counts });
    }
    this.#going = false;
    await Promise.all(loads);
  }

  /** @returns answers that were wrong, log lines that nothing of the load explains, and what grew to the end */
  async verdict(): Promise<{ wrong: readonly string[]; lines: readonly string[]; grown: readonly string[] }> {
    const online = /Unmonitored: (\d+) online/.exec(await this.#pbx.x('sip show peers'))?.[1];
    if (online !== String(NAMES.length)) this.#wrong.push(`${online} of ${NAMES.length} phones are registered`);
    const odd = `${await this.#pbx.read('log/messages')}\n${this.#pbx.output}`
      .split('\n')
      .filter(line => / (ERROR|WARNING|NOTICE)\[|unhandled/i.test(line));
    const lines = odd.filter(line => !EXPECTED.some(known => known.test(line)));
    return { wrong: this.#wrong, lines, grown: growing(this.#gauges) };
  }

  async close(): Promise<void> {
    for (const phone of [...this.#phones, this.#guesser]) phone.close();
    this.#network.close();
    await this.#stranger[Symbol.asyncDispose]();
    await this.#pbx.remove();
  }

  async #register(phone: PatientPhone): Promise<void> {
    while (this.#going) {
      const { status } = await phone.register();
      this.counts.registered += 1;
      if (status !== 200) this.#wrong.push(`${status} to a REGISTER of ${phone.name}`);
      await delay(EVERY * 4 + this.#chance.below(EVERY));
    }
  }

  /** One after another: to an extension, and to a phone, which hangs up first or is hung up. */
  async #call(phone: PatientPhone, at: number): Promise<void> {
    while (this.#going) {
      await this.#paused;
      const extension = this.#chance.pick(['600', NAMES[CALLERS + at]!]);
      const [invite, bye] = await phone.call(extension);
      this.counts.called += 1;
      // A call ends when chan_sip goes.
      const fine = invite === 200 && (bye === 200 || bye === 481);
      if (!fine && !this.#renewing) this.#wrong.push(`${invite}, ${bye} to a call of ${phone.name} to ${extension}`);
      await delay(EVERY * 5);
    }
  }

  async #guess(): Promise<void> {
    while (this.#going) {
      const { status } = await this.#guesser.register();
      this.counts.knocked += 1;
      if (status !== 403 && status !== 401) this.#wrong.push(`${status} to a wrong password`);
      await delay(EVERY * 5);
    }
  }

  async #spoil(): Promise<void> {
    while (this.#going) {
      for (let left = 10; left > 0; left -= 1) {
        this.counts.spoilt += 1;
        const text = mutated(this.#chance, this.#corpus, this.counts.spoilt);
        this.#stranger.send({ address: '127.0.0.1', port: this.#port }, text);
      }
      await delay(EVERY);
    }
  }

  async #reload(): Promise<void> {
    for (let count = 1; this.#going; count += 1) {
      await delay(RELOAD);
      await this.#paused;
      await this.#pbx.write('sip.conf', sipConf(this.#port, count));
      await this.#pbx.x('sip reload');
      this.counts.reloaded += 1;
      if (count % 3 === 0) await rm(join(this.#pbx.directory, 'lib', 'astdb.sqlite3'), { force: true });
    }
  }

  #renewing = false;

  /** The module goes and comes back, while phones go on. */
  async #renew(): Promise<void> {
    while (this.#going) {
      await delay(RENEW);
      if (!this.#going) return;
      this.#renewing = true;
      let done: () => void = () => undefined;
      this.#paused = new Promise(resolve => (done = resolve));
      await this.#pbx.x('module unload chan_sip');
      await this.#pbx.x('module load chan_sip');
      done();
      await delay(EVERY * 20);
      this.#renewing = false;
    }
  }
}

const sipConf = (port: number, serial: number): string => `; ${serial}
[general]
udpbindaddr=127.0.0.1:${port}
realm=asterisk
allowguest=no
nat=force_rport,comedia
t1min=100
nameserver=127.0.0.1:9
recordhistory=yes
[phone](!)
type=friend
host=dynamic
context=internal
directmedia=no
${NAMES.map(name => `[${name}](phone)\nsecret=s${name}\n`).join('')}`;
