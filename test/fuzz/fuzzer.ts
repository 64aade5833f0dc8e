/** Spoilt messages to a running PBX, over UDP and every kind of connection: it lives, counts each, says nothing of errors, and keeps nothing. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { FATES } from '../../modules/chan_sip/cli/traffic.js';
import type { Traffic } from '../../modules/chan_sip/cli/view.js';
import { ParseError, parse } from '../../modules/chan_sip/message/parser.js';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';
import { Chance } from '../support/chance.js';
import { addGauge, type Gauge, readGauge } from '../support/gauge.js';
import { Obelisk } from '../support/obelisk.js';
import { spareRange } from '../support/spare-port.js';
import { UdpPhone } from '../support/udp-phone.js';
import { Connections, type Places, placesOf } from './connections.js';
import { corpus, requestOf } from './corpus.js';
import { MANAGER_CONF } from './manager.js';
import { mutated } from './mutation.js';

/** Timer T1 is short, so that what is unanswered is given up soon; names are asked for where nobody answers. */
const sipConf = (tls: string): string => `[general]
udpbindaddr=127.0.0.1:0
tcpenable=yes
tcpbindaddr=127.0.0.1:0
transport=udp,tcp,tls,ws,wss
${tls}realm=asterisk
nat=force_rport,comedia
nameserver=127.0.0.1:9
t1min=10
timert1=10
allowguest=yes
context=fuzz
supportpath=yes
supportoutbound=yes
supportgruu=yes
maxcontacts=5
recordhistory=yes
100rel=offer
update=yes
[phone](!)
type=friend
host=dynamic
context=fuzz
directmedia=no
[1008](phone)
secret=pass1008
[open](phone)
[asked](phone)
qualify=200
qualifyfreq=1
`;

const EXTENSIONS_CONF = `[fuzz]
exten => 600,1,Answer()
 same => n,Wait(0.2)
 same => n,Hangup()
exten => _X.,1,Dial(SIP/open&SIP/asked,1)
`;

/** What would let one header be taken for two. */
const FORGED = /\0|\r(?!\n)|(?<!\r)\n|\r\n[ \t]/;
/** Beyond that an answer may have more lines than we take ourselves. */
const MANY_VIAS = 200;
const BATCH = 24;
/** Messages that are kept for whoever looks for the one that did it. */
const KEPT = 120;
/** Milliseconds that everything has to end: many times 64*T1, as the machine may be busy. */
const SETTLING = 30_000;
/** Octets by which the heap may grow, however many messages there were: histories and `sip explain` fill up to their bounds. */
const GROWTH = 16 * 1024 * 1024;
const LARGEST = 400 * 1024 * 1024;

export interface Report {
  readonly datagrams: number;
  /** Connections, by what went over them. */
  readonly streamed: Readonly<Record<string, number>>;
  readonly traffic: Traffic;
  readonly before: Gauge;
  readonly after: Gauge;
}

interface Parts {
  readonly places: Places;
  readonly made: TestCertificate | undefined;
  readonly seed: number;
}

export class Fuzzer {
  readonly #chance: Chance;
  readonly #pbx: Obelisk;
  readonly #corpus = corpus();
  readonly #udp: UdpPhone;
  readonly #at: Endpoint;
  readonly #connections: Connections;
  readonly #made: TestCertificate | undefined;
  /** The last ones, with the transport they went over. */
  readonly sent: string[] = [];
  #datagrams = 0;
  #serial = 0;
  /** What was wrong with what came back. */
  readonly #odd: string[] = [];

  private constructor(pbx: Obelisk, udp: UdpPhone, at: Endpoint, parts: Parts) {
    this.#pbx = pbx;
    this.#udp = udp;
    this.#at = at;
    this.#made = parts.made;
    const chance = new Chance(parts.seed);
    this.#chance = chance;
    const spoil = (text: string): string => mutated(chance, [text], 0);
    this.#connections = new Connections(parts.places, { chance, next: () => this.#next(), spoil });
    udp.onEach(text => this.#heard(text));
  }

  static async open(seed: number): Promise<Fuzzer> {
    const { start, end } = await spareRange(40);
    const made = (await noCertificates()) ? undefined : await certificate();
    const tls = made
      ? `tlsenable=yes\ntlsbindaddr=127.0.0.1:0\ntlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`
      : '';
    const files = {
      'sip.conf': sipConf(tls),
      'http.conf': `[general]\nenabled=yes\nbindport=0\n${tls}`,
      'manager.conf': MANAGER_CONF,
      'extensions.conf': EXTENSIONS_CONF,
      'rtp.conf': `[general]\nrtpstart=${start}\nrtpend=${end}\n`,
    };
    const pbx = await Obelisk.create(files, { start: false });
    try {
      await addGauge(pbx);
      await pbx.start();
      const places = await placesOf(pbx, made !== undefined);
      const at = { address: '127.0.0.1', port: await pbx.port() };
      return new Fuzzer(pbx, await UdpPhone.open(), at, { places, made, seed });
    } catch (thrown) {
      await pbx.remove();
      await made?.[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Sends until it is told to stop, then looks. @throws with what was wrong */
  async run(going: (sent: number) => boolean): Promise<Report> {
    for (let batch = 0; batch < 8; batch += 1) await this.#turn();
    await this.#settled();
    const before = await readGauge(this.#pbx);
    while (going(this.#datagrams)) {
      await this.#turn();
      assert.equal(this.#odd[0], undefined, 'an answer that is none');
    }
    const traffic = await this.#settled();
    const after = await readGauge(this.#pbx);
    this.#judge(traffic, before, after);
    await this.#judgeLog();
    return { datagrams: this.#datagrams, streamed: this.#connections.counts, traffic, before, after };
  }

  async close(): Promise<void> {
    await this.#udp[Symbol.asyncDispose]();
    await this.#pbx.remove();
    await this.#made?.[Symbol.asyncDispose]();
  }

  #next(): string {
    this.#serial += 1;
    return mutated(this.#chance, this.#corpus, this.#serial);
  }

  #datagram(text: string): void {
    this.#keep('udp', text);
    this.#datagrams += 1;
    this.#udp.send(this.#at, text);
  }

  #keep(over: string, text: string): void {
    this.sent.push(`### over ${over}, ${text.length} octets\n${text}`);
    if (this.sent.length > KEPT) this.sent.shift();
  }

  async #turn(): Promise<void> {
    await this.#batch();
    await this.#connections.next((over, text) => this.#keep(over, text));
  }

  /** Some datagrams, and a question behind them: an answer to that says that all of them were seen. */
  async #batch(): Promise<void> {
    for (let left = BATCH; left > 0; left -= 1) this.#datagram(this.#next());
    const id = `probe-${this.#serial}`;
    this.#datagram(probe(id, 'UDP'));
    while (!(await this.#udp.next()).includes(`\r\nCall-ID: ${id}\r\n`));
  }

  /** Answers are read as strictly as everything else; a call that came about is acknowledged and spoilt further. */
  #heard(text: string): boolean {
    if (text.includes('\r\nCall-ID: probe-')) return false;
    if (FORGED.test(text.slice(0, text.indexOf('\r\n\r\n')))) this.#odd.push(`a line that is forged\n${text}`);
    // It gives back what was wrong.
    if (/^SIP\/2\.0 (400|505)/.test(text)) return true;
    try {
      const message = parse(Buffer.from(text, 'latin1'));
      if (message.kind === 'request') this.#answer(text);
      else if (message.method === 'INVITE' && message.status >= 200) this.#follow(message);
    } catch (thrown) {
      if (!(thrown instanceof ParseError)) throw thrown;
      // An answer has the Vias of its request beside lines of its own: more than a request may have.
      if (text.split('\r\nVia: ').length > MANY_VIAS) return true;
      this.#odd.push(`${thrown.detail}\n${text}`);
    }
    return true;
  }

  #answer(request: string): void {
    const kept = request.split('\r\n').filter(line => /^(Via|From|To|Call-ID|CSeq|Record-Route):/.test(line));
    const status = this.#chance.pick(['180 Ringing', '200 OK', '486 Busy Here', '302 Moved', '183 Progress']);
    const more = ['Contact: <sip:open@127.0.0.1:5999>', 'Content-Length: 0', '', ''];
    const text = [`SIP/2.0 ${status}`, ...kept, ...more].join('\r\n').replace(/^(To: .*>)$/m, '$1;tag=z');
    this.#datagram(this.#chance.happens(0.5) ? text : mutated(this.#chance, [text], 0));
  }

  #follow(answer: ReturnType<typeof parse>): void {
    const same = (method: string): string =>
      requestOf(method, 'open')
        .replace(/^From: .*$/m, `From: ${answer.header('From')}`)
        .replace(/^To: .*$/m, `To: ${answer.header('To')}`)
        .replace(/^Call-ID: .*$/m, `Call-ID: ${answer.callId}`)
        .replace(/^CSeq: \d+/m, `CSeq: ${answer.cseq.number + (method === 'ACK' ? 0 : 1 + this.#chance.below(3))}`)
        .replace(/branch=\S+/, `branch=z9hG4bKw${this.#datagrams};rport`);
    if (this.#chance.happens(0.7)) this.#datagram(same('ACK'));
    const method = this.#chance.pick(['BYE', 'INVITE', 'INFO', 'UPDATE', 'PRACK', 'REFER', 'NOTIFY']);
    if (answer.status < 300) this.#datagram(mutated(this.#chance, [same(method)], 0));
  }

  /** Until no request is being answered, no call is left and no connection. @returns what was counted by then */
  async #settled(): Promise<Traffic> {
    const until = performance.now() + SETTLING;
    // Whoever is asked whether he is there has transactions for as long as he is registered.
    await this.#pbx.says('sip unregister asked');
    for (;;) {
      const shown = JSON.parse(await this.#pbx.says('sip show traffic --json')) as { fields: Partial<Traffic>[] };
      const traffic = Object.assign({}, ...shown.fields) as Traffic;
      const calls = await this.#pbx.says('sip show channels');
      const connections = (await this.#pbx.says('sip show tcp')).trim().split('\n').length - 1;
      if (traffic.transactions === 0 && traffic.waiting === 0 && connections === 0 && /^0 active/m.test(calls))
        return traffic;
      if (performance.now() > until) {
        assert.fail(`something is left: ${JSON.stringify(traffic)}\n${calls}\n${connections} connections`);
      }
      await delay(300);
    }
  }

  #judge(traffic: Traffic, before: Gauge, after: Gauge): void {
    const settled = FATES.reduce((sum, [, key]) => sum + traffic[key], 0);
    assert.equal(settled, traffic.received, `not every message is counted once: ${JSON.stringify(traffic)}`);
    assert.ok(traffic.received >= this.#datagrams, `${this.#datagrams} were sent: ${JSON.stringify(traffic)}`);
    assert.equal(traffic.faults, 0, 'errors of ours');
    assert.ok(after.heapUsed - before.heapUsed < GROWTH, `the heap grew from ${before.heapUsed} to ${after.heapUsed}`);
    assert.ok(after.rss < LARGEST, `${after.rss} octets of memory`);
  }

  async #judgeLog(): Promise<void> {
    const lines = `${await this.#pbx.read('log/messages')}\n${this.#pbx.output}`.split('\n');
    const bad = lines.filter(line => /\bERROR\b|unhandled|uncaught|\n {4}at /i.test(line));
    assert.deepEqual(bad, [], 'lines of errors');
  }
}

const probe = (id: string, over: string): string =>
  requestOf('OPTIONS', 'probe')
    .replace(/^Call-ID: .*$/m, `Call-ID: ${id}`)
    .replace(/branch=\S+/, `branch=z9hG4bK${id};rport`)
    .replace('SIP/2.0/UDP', `SIP/2.0/${over}`);
