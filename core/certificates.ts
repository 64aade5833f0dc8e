/** Who we are over TLS: reads the files that a configuration names and says what is wrong with them, with the line to look at. */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ConnectionOptions, createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { Line } from './config/options.js';
import { LoadDeclined, messageOf, type Problem } from './errors.js';

/** What a configuration file says of TLS. */
export interface TlsSettings {
  readonly tlscertfile: string;
  /** Empty: the key stands in the file of the certificate. */
  readonly tlsprivatekey: string;
  readonly tlscafile?: string;
  readonly tlscapath?: string;
  readonly tlscipher: string;
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

type Option = 'tlscertfile' | 'tlsprivatekey' | 'tlscafile' | 'tlscapath' | 'tlscipher' | 'tlsverifyclient';

/** Versions that an option takes away. Those before TLS 1.0 are never there. */
const VERSIONS = [
  ['tlsdisablev1', constants.SSL_OP_NO_TLSv1],
  ['tlsdisablev11', constants.SSL_OP_NO_TLSv1_1],
  ['tlsdisablev12', constants.SSL_OP_NO_TLSv1_2],
] as const;

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
    const cert = await this.#file('tlscertfile', settings.tlscertfile);
    const keyOption = settings.tlsprivatekey === '' ? 'tlscertfile' : 'tlsprivatekey';
    const key = settings.tlsprivatekey === '' ? cert : await this.#file('tlsprivatekey', settings.tlsprivatekey);
    const authorities = [...(await this.#listed('tlscafile')), ...(await this.#directoryOf('tlscapath'))];
    const warnings = cert === '' ? [] : this.#check(cert, key, keyOption);
    if (settings.tlsverifyclient && authorities.length === 0) {
      this.#say('tlsverifyclient', 'nobody could prove himself without tlscafile or tlscapath');
    }
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
    const whole = { ...context, cert, key, ...(authorities.length > 0 && { ca: authorities }) };
    const { tlsverifyclient = false, tlsdontverifyserver = false } = settings;
    const asks = { requestCert: tlsverifyclient, rejectUnauthorized: tlsverifyclient };
    const identity: TlsIdentity = {
      accepting: { ...whole, ...asks, honorCipherOrder: settings.tlsservercipherorder },
      connecting: { ...whole, rejectUnauthorized: !tlsdontverifyserver },
    };
    if (this.problems.length === 0) this.#attempt('tlscertfile', () => createSecureContext(whole));
    return { identity, warnings };
  }

  /** @returns what is no reason to stay away, and wants a look */
  #check(cert: string, key: string, keyOption: Option): string[] {
    const certificate = this.#attempt('tlscertfile', () => new X509Certificate(cert));
    const secret = key === '' ? undefined : this.#attempt(keyOption, () => createPrivateKey(key));
    if (!certificate || !secret) return [];
    if (!certificate.checkPrivateKey(secret)) this.#say(keyOption, 'the key is not that of the certificate');
    const { validFrom, validTo } = certificate;
    const { now } = this.#source;
    if (Date.parse(validTo) < now) return [`the TLS certificate was good until ${validTo}: who checks it stays away`];
    if (Date.parse(validFrom) > now) return [`the TLS certificate is good from ${validFrom} on, which is to come`];
    return [];
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
    try {
      const directory = resolve(base, path);
      const names = (await readdir(directory)).sort();
      const texts = await Promise.all(names.map(name => readFile(join(directory, name), 'latin1').catch(() => '')));
      return texts.filter(text => text.includes('-----BEGIN CERTIFICATE-----'));
    } catch (thrown) {
      this.#say(option, messageOf(thrown));
      return [];
    }
  }

  async #file(option: Option, path: string): Promise<string> {
    if (path === '') return '';
    try {
      return await readFile(resolve(this.#source.directory, path), 'latin1');
    } catch (thrown) {
      this.#say(option, messageOf(thrown));
      return '';
    }
  }

  #attempt<T>(option: Option, make: () => T): T | undefined {
    try {
      return make();
    } catch (thrown) {
      this.#say(option, messageOf(thrown));
      return undefined;
    }
  }

  /** An option that the file does not have is at fault by its default: the line of `tlsenable` is where to look. */
  #say(option: Option, message: string): void {
    const { file, places } = this.#source;
    const place = places.get(option) ?? places.get('tlsenable');
    this.problems.push({ file: place?.file ?? file, line: place?.line ?? 0, message: `${option}: ${message}` });
  }
}
