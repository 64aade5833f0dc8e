/** Registrations of ours with a server that a test plays: what it was sent, what it answers, what lists and facts say. */

import type { Endpoint } from '../../../../modules/chan_sip/transport/transport.js';
import type { Line } from '../../../../modules/chan_sip/user/outbound/line.js';
import type { Lookup } from '../../../support/names.js';
import { type Heard, SiteStage, type Source } from '../site-stage.js';

export const TRUNK: Endpoint = { address: '192.0.2.9', port: 5999 };
export const LINE = 'register => 2001:pass2001@192.0.2.9:5999/2001';

/** The same as a device. */
export const BOX = '[box]\ntype=peer\nhost=192.0.2.9\nport=5999\ndefaultuser=2001\nremotesecret=pass2001\n';
/** The same over TCP. */
export const TCP_TRUNK = { ...TRUNK, protocol: 'tcp' } as const;

export const CHALLENGE = 'WWW-Authenticate: Digest realm="trunk", nonce="abc123", algorithm=MD5, qop="auth"';

/** What else there is. */
export interface More {
  readonly line?: string;
  readonly devices?: string;
  readonly lookup?: Lookup;
  /** Look-ups that find the server at once; the later ones wait for the test. */
  readonly quick?: number;
}

export class TrunkStage {
  readonly site: SiteStage;
  #line: Line | undefined;

  /** Tells the look-up that waits where the server is. */
  readonly found: () => void;

  private constructor(site: SiteStage, found: () => void) {
    this.site = site;
    this.found = found;
  }

  /** Nothing was sent yet. */
  static async of(general = '', { line = LINE, devices = '', quick, ...more }: More = {}): Promise<TrunkStage> {
    let asked = 0;
    let found = (): void => undefined;
    const places = [TRUNK.address];
    const slow = (): Promise<readonly string[]> =>
      asked++ < quick! ? Promise.resolve(places) : new Promise(tell => void (found = () => tell(places)));
    const lookup = quick === undefined ? more.lookup : slow;
    const site = await SiteStage.of(`[general]\n${general}\n${line}\n${devices}`, {}, lookup);
    return new TrunkStage(site, () => found());
  }

  /** The first REGISTER is out. */
  static async asked(general = '', more: More = {}): Promise<TrunkStage> {
    const stage = await TrunkStage.of(general, more);
    stage.wait(200);
    return stage;
  }

  static async registered(general = '', more: More = {}): Promise<TrunkStage> {
    const stage = await TrunkStage.asked(general, more);
    stage.answer('401 Unauthorized', CHALLENGE);
    stage.answer('200 OK', 'Expires: 120');
    return stage;
  }

  get lines(): Line[] {
    return [...this.site.user.outbound.rows()];
  }

  /** The only one, even when it has left. */
  get line(): Line {
    return (this.#line ??= this.lines[0]!);
  }

  /** The end of the module begins. */
  bid(): void {
    void this.line;
    this.site.stage.core.spawn('goodbyes', this.site.user.leave());
    this.wait(0);
  }

  get text(): string {
    return this.lines[0]?.text ?? 'none';
  }

  /** Every REGISTER that the server was sent, repeats too. */
  sent(to: Source = TRUNK): Heard[] {
    return this.site.sent(to).filter(({ text }) => text.startsWith('REGISTER'));
  }

  last(to: Source = TRUNK): Heard {
    return this.sent(to).at(-1)!;
  }

  /** Without repeats. */
  count(to: Source = TRUNK): number {
    return new Set(this.sent(to).map(one => one.header('CSeq'))).size;
  }

  /** The server answers what it was sent last. */
  answer(status: string, ...headers: string[]): void {
    this.answerTo(this.last(), status, ...headers);
  }

  answerTo(asked: Heard, status: string, ...headers: string[]): void {
    const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(name => `${name}: ${asked.header(name)}`);
    const text = [`SIP/2.0 ${status}`, ...echoed, ...headers, 'Content-Length: 0\r\n\r\n'].join('\r\n');
    this.site.receive(text, asked.to, asked.protocol);
  }

  wait(ms: number): void {
    this.site.clock.advance(ms);
  }

  facts(): string[] {
    return this.site.stage
      .facts('registryStatus')
      .map(({ username, domain, status }) => `${username}@${domain} ${status}`);
  }

  get notes(): string[] {
    return this.site.stage.lines.filter(line => /^(?:notice|warning): /.test(line));
  }

  /** What tests of one line leave behind must be nothing. */
  async close(): Promise<void> {
    await this.site.close();
  }
}
