/** Who we are over TLS: reads the files that a configuration names and says what is wrong with them, with the line to look at. */
import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type ConnectionOptions,
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions,
} from 'node:tls';
import type { Line } from './config/options.js';
import { LoadDeclined, messageOf, type Problem } from './errors.js';

/** What a configuration file says of TLS. */
export interface TlsSettings {
  /** Of several the last is ours; the others are shown to who asks for one of their names. */
  readonly tlscertfile: readonly string[];
  /** In any order; empty: the key of a certificate stands in its file. */
  readonly tlsprivatekey: readonly string[];
  readonly tlscafile?: string;
  readonly tlscapath?: string;
  readonly tlscipher: string;
  /** What our connections to others offer. */
  readonly tlsclientmethod?: 'auto' | 'tlsv1';
  readonly tlsverifyclient?: boolean;
  readonly tlsdontverifyserver?: boolean;
  readonly tlsservercipherorder: boolean;
  readonly tlsdisablev1: boolean;
  readonly tlsdisablev11: boolean;
  readonly tlsdisablev12: boolean;
}

/** Our certificate and what we ask of theirs. */
export interface TlsIdentity {
  readonly accepting: TlsOptions;
  readonly connecting: ConnectionOptions;
}

/** Where the settings come from. */
export interface TlsSource {
  /** The file they stand in. */
  readonly file: string;
  readonly settings: TlsSettings;
  /** The line that decided each option. */
  readonly places: ReadonlyMap<string, Line>;
  /** What relative names are relative to. */
  readonly directory: string;
  readonly now: number;
}

/** What wants a look soon: a certificate is over, or not begun. */
export interface Certificates {
  readonly identity: TlsIdentity;
  readonly warnings: readonly string[];
}

type Option =
  | 'tlscertfile'
  | 'tlsprivatekey'
  | 'tlscafile'
  | 'tlscapath'
  | 'tlscipher'
  | 'tlsclientmethod'
  | 'tlsverifyclient';

/** A file of certificates or of a key, as it was read. */
interface Pem {
  readonly path: string;
  readonly text: string;
}

/** A certificate of ours, with its key as far as there is one. */
interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly certificate: X509Certificate | undefined;
}

/** What is asked for in any other way is nobody's. */
const HOST_NAME = /^[\w.-]{1,255}$/;

const NO_PAIR: Pair = { cert: '', key: '', certificate: undefined };

/** Versions that an option takes away. Those before TLS 1.0 are never there. */
const VERSIONS = [
  ['tlsdisablev1', constants.SSL_OP_NO_TLSv1],
  ['tlsdisablev11', constants.SSL_OP_NO_TLSv1_1],
  ['tlsdisablev12', constants.SSL_OP_NO_TLSv1_2],
] as const;

/** Why a file cannot be read, and what to do. */
const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'we may not read it: give the user that we run as the right to',
  EISDIR: 'it is a directory: name the file in it',
  ENOENT: 'there is no such file: create it, or name the right one',
  ENOTDIR: 'there is no such directory: create it, or name the right one',
};

function unreadable(path: string, thrown: unknown): string {
  const { code = '' } = thrown as NodeJS.ErrnoException;
  return `${path} cannot be read; ${CAUSES[code] ?? messageOf(thrown)}`;
}

/** @throws LoadDeclined with everything that is wrong */
export async function readCertificates(source: TlsSource): Promise<Certificates> {
  const reader = new Reader(source);
  const read = await reader.read();
  if (reader.problems.length > 0) throw new LoadDeclined(`${source.file} has errors`, reader.problems);
  return read;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #source: TlsSource;

  constructor(source: TlsSource) {
    this.#source = source;
  }

  async read(): Promise<Certificates> {
    const { settings } = this.#source;
    const certs = await this.#files('tlscertfile');
    const keys = await this.#files('tlsprivatekey');
    const authorities = [...(await this.#listed('tlscafile')), ...(await this.#directoryOf('tlscapath'))];
    const pairs = this.#pairs(certs, keys);
    const { cert, key } = pairs.at(-1) ?? NO_PAIR;
    if (settings.tlsverifyclient && authorities.length === 0) {
      this.#say('tlsverifyclient', 'nobody could prove himself without tlscafile or tlscapath');
    }
    const context = this.#context();
    const whole = { ...context, cert, key, ...(authorities.length > 0 && { ca: authorities }) };
    const { tlsverifyclient = false, tlsdontverifyserver = false } = settings;
    const asks = { requestCert: tlsverifyclient, rejectUnauthorized: tlsverifyclient };
    const order = { honorCipherOrder: settings.tlsservercipherorder };
    const named = this.problems.length > 0 ? undefined : this.#named(pairs, { ...whole, ...order });
    const identity: TlsIdentity = {
      accepting: { ...whole, ...asks, ...order, ...(named && { SNICallback: named }) },
      connecting: { ...whole, rejectUnauthorized: !tlsdontverifyserver, ...this.#method(context) },
    };
    return { identity, warnings: certs.flatMap((file, at) => this.#overdue(file, pairs[at]?.certificate)) };
  }

  /** What both ends of us have in common. */
  #context(): SecureContextOptions {
    const { settings } = this.#source;
    const context: SecureContextOptions = {
      minVersion: 'TLSv1',
      // A handshake costs us more than whoever asks for another one.
      secureOptions: VERSIONS.reduce(
        (sum, [option, bit]) => (settings[option] ? sum | bit : sum),
        constants.SSL_OP_NO_RENEGOTIATION,
      ),
      ...(settings.tlscipher !== '' && { ciphers: settings.tlscipher }),
    };
    this.#attempt('tlscipher', () => createSecureContext(context));
    return context;
  }

  /** OpenSSL has TLS 1.0 only where its ciphers may be as weak as that. */
  #method({ ciphers = DEFAULT_CIPHERS }: SecureContextOptions): SecureContextOptions {
    const { tlsclientmethod, tlsdisablev1 } = this.#source.settings;
    if (tlsclientmethod !== 'tlsv1') return {};
    if (tlsdisablev1) this.#say('tlsclientmethod', 'with tlsdisablev1 nothing is left for our connections to others');
    return { maxVersion: 'TLSv1', ciphers: ciphers.includes('@SECLEVEL') ? ciphers : `${ciphers}:@SECLEVEL=0` };
  }

  #pairs(certs: readonly Pem[], keys: readonly Pem[]): Pair[] {
    const secrets = keys.map(file => ({ file, secret: this.#secret('tlsprivatekey', file) }));
    return certs.map(file => {
      const certificate = this.#attempt('tlscertfile', () => new X509Certificate(file.text), file);
      const alone = keys.length === 0 || (certs.length > 1 && file.text.includes('PRIVATE KEY-----'));
      const own = alone ? [{ file, secret: this.#secret('tlscertfile', file) }] : [];
      const known = [...secrets, ...own].filter(({ secret }) => secret !== undefined);
      const key = certificate && known.find(({ secret }) => certificate.checkPrivateKey(secret!));
      if (certificate && known.length > 0 && !key) {
        const option = keys.length === 0 ? 'tlscertfile' : 'tlsprivatekey';
        this.#say(option, 'the key is not that of the certificate', file);
      }
      return { cert: file.text, key: key?.file.text ?? '', certificate };
    });
  }

  #secret(option: Option, file: Pem): KeyObject | undefined {
    return this.#attempt(option, () => createPrivateKey(file.text), file);
  }

  /** What is shown to who asks for a name (RFC 6066 §3); undefined where there is but one certificate. */
  #named(pairs: readonly Pair[], whole: TlsOptions): TlsOptions['SNICallback'] {
    const shown: { readonly certificate: X509Certificate; readonly context: SecureContext }[] = [];
    for (const { cert, key, certificate } of pairs.toReversed()) {
      const context = this.#attempt('tlscertfile', () => createSecureContext({ ...whole, cert, key }));
      if (certificate && context) shown.push({ certificate, context });
    }
    if (shown.length < 2) return undefined;
    return (name, done) => {
      if (!HOST_NAME.test(name)) return done(null);
      // A certificate of its own goes before one for many.
      const found =
        shown.find(({ certificate }) => certificate.checkHost(name, { wildcards: false }) !== undefined) ??
        shown.find(({ certificate }) => certificate.checkHost(name) !== undefined);
      done(null, found?.context);
    };
  }

  /** @returns what is no reason to stay away, and wants a look */
  #overdue(file: Pem, certificate: X509Certificate | undefined): string[] {
    if (!certificate) return [];
    const { validFrom, validTo } = certificate;
    const { now } = this.#source;
    const which = `the TLS certificate${this.#isOneOfSeveral ? ` ${file.path}` : ''}`;
    if (Date.parse(validTo) < now) return [`${which} was good until ${validTo}: who checks it stays away`];
    if (Date.parse(validFrom) > now) return [`${which} is good from ${validFrom} on, which is to come`];
    return [];
  }

  get #isOneOfSeveral(): boolean {
    return this.#source.settings.tlscertfile.length > 1;
  }

  async #listed(option: 'tlscafile'): Promise<string[]> {
    const text = await this.#file(option, this.#source.settings[option] ?? '');
    if (text !== '') this.#attempt(option, () => new X509Certificate(text));
    return text === '' ? [] : [text];
  }

  /** Every certificate in it; Node has no way to look one up when it is needed. */
  async #directoryOf(option: 'tlscapath'): Promise<string[]> {
    const { directory: base, settings } = this.#source;
    const path = settings[option] ?? '';
    if (path === '') return [];
    const directory = resolve(base, path);
    try {
      const names = (await readdir(directory)).sort();
      const texts = await Promise.all(names.map(name => readFile(join(directory, name), 'latin1').catch(() => '')));
      return texts.filter(text => text.includes('-----BEGIN CERTIFICATE-----'));
    } catch (thrown) {
      this.#say(option, unreadable(directory, thrown));
      return [];
    }
  }

  async #files(option: 'tlscertfile' | 'tlsprivatekey'): Promise<Pem[]> {
    const paths = this.#source.settings[option];
    const files = await Promise.all(paths.map(async path => ({ path, text: await this.#file(option, path) })));
    return files.filter(({ text }) => text !== '');
  }

  async #file(option: Option, path: string): Promise<string> {
    if (path === '') return '';
    const file = resolve(this.#source.directory, path);
    try {
      return await readFile(file, 'latin1');
    } catch (thrown) {
      this.#say(option, unreadable(file, thrown));
      return '';
    }
  }

  #attempt<T>(option: Option, make: () => T, file?: Pem): T | undefined {
    try {
      return make();
    } catch (thrown) {
      this.#say(option, messageOf(thrown), file);
      return undefined;
    }
  }

  /** An option that the file does not have is at fault by its default: the line of `tlsenable` is where to look. */
  #say(option: Option, message: string, about?: Pem): void {
    const { file, places } = this.#source;
    const place = places.get(option) ?? places.get('tlsenable');
    const which = about && this.#isOneOfSeveral ? `${about.path}: ` : '';
    this.problems.push({ file: place?.file ?? file, line: place?.line ?? 0, message: `${option}: ${which}${message}` });
  }
}
