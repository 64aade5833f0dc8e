/** Who we are over TLS: reads the files that sip.conf names and says what is wrong with them, with the line to look at. */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { LoadDeclined, messageOf, type Problem } from '#core';
import type { SipConfig } from '../options/read.js';
import type { TlsIdentity } from './transport.js';

type Option = 'tlscertfile' | 'tlsprivatekey' | 'tlscafile' | 'tlscapath' | 'tlscipher' | 'tlsverifyclient';

/** Versions that an option takes away. Those before TLS 1.0 are never there. */
const VERSIONS = [
  ['tlsdisablev1', constants.SSL_OP_NO_TLSv1],
  ['tlsdisablev11', constants.SSL_OP_NO_TLSv1_1],
  ['tlsdisablev12', constants.SSL_OP_NO_TLSv1_2],
] as const;

/** What wants a look soon: a certificate is over, or not begun. */
export interface Certificates {
  readonly identity: TlsIdentity;
  readonly warnings: readonly string[];
}

/**
 * Relative names are relative to `directory`. Undefined where TLS is off.
 * @throws LoadDeclined with everything that is wrong
 */
export async function readCertificates(
  config: SipConfig,
  directory: string,
  now: number,
): Promise<Certificates | undefined> {
  if (!config.general.tlsenable) return undefined;
  const reader = new Reader(config, directory);
  const read = await reader.read(now);
  if (reader.problems.length > 0) throw new LoadDeclined('sip.conf has errors', reader.problems);
  return read;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #config: SipConfig;
  readonly #directory: string;

  constructor(config: SipConfig, directory: string) {
    this.#config = config;
    this.#directory = directory;
  }

  async read(now: number): Promise<Certificates> {
    const { general } = this.#config;
    const cert = await this.#file('tlscertfile', general.tlscertfile);
    const keyOption = general.tlsprivatekey === '' ? 'tlscertfile' : 'tlsprivatekey';
    const key = general.tlsprivatekey === '' ? cert : await this.#file('tlsprivatekey', general.tlsprivatekey);
    const authorities = [...(await this.#listed('tlscafile')), ...(await this.#directoryOf('tlscapath'))];
    const warnings = cert === '' ? [] : this.#check(cert, key, keyOption, now);
    if (general.tlsverifyclient && authorities.length === 0) {
      this.#say('tlsverifyclient', 'nobody could prove himself without tlscafile or tlscapath');
    }
    const context: SecureContextOptions = {
      minVersion: 'TLSv1',
      secureOptions: VERSIONS.reduce((sum, [option, bit]) => (general[option] ? sum | bit : sum), 0),
      ...(general.tlscipher !== '' && { ciphers: general.tlscipher }),
    };
    this.#attempt('tlscipher', () => createSecureContext(context));
    const whole = { ...context, cert, key, ...(authorities.length > 0 && { ca: authorities }) };
    const asks = { requestCert: general.tlsverifyclient, rejectUnauthorized: general.tlsverifyclient };
    const identity: TlsIdentity = {
      accepting: { ...whole, ...asks, honorCipherOrder: general.tlsservercipherorder },
      connecting: { ...whole, rejectUnauthorized: !general.tlsdontverifyserver },
    };
    if (this.problems.length === 0) this.#attempt('tlscertfile', () => createSecureContext(whole));
    return { identity, warnings };
  }

  /** @returns what is no reason to stay away, and wants a look */
  #check(cert: string, key: string, keyOption: Option, now: number): string[] {
    const certificate = this.#attempt('tlscertfile', () => new X509Certificate(cert));
    const secret = key === '' ? undefined : this.#attempt(keyOption, () => createPrivateKey(key));
    if (!certificate || !secret) return [];
    if (!certificate.checkPrivateKey(secret)) this.#say(keyOption, 'the key is not that of the certificate');
    const { validFrom, validTo } = certificate;
    if (Date.parse(validTo) < now) return [`the TLS certificate was good until ${validTo}: who checks it stays away`];
    if (Date.parse(validFrom) > now) return [`the TLS certificate is good from ${validFrom} on, which is to come`];
    return [];
  }

  async #listed(option: 'tlscafile'): Promise<string[]> {
    const text = await this.#file(option, this.#config.general[option]);
    if (text !== '') this.#attempt(option, () => new X509Certificate(text));
    return text === '' ? [] : [text];
  }

  /** Every certificate in it; Node has no way to look one up when it is needed. */
  async #directoryOf(option: 'tlscapath'): Promise<string[]> {
    const path = this.#config.general[option];
    if (path === '') return [];
    try {
      const directory = resolve(this.#directory, path);
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
      return await readFile(resolve(this.#directory, path), 'latin1');
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
    const { generalPlaces } = this.#config;
    const place = generalPlaces.get(option) ?? generalPlaces.get('tlsenable');
    this.problems.push({ file: place?.file ?? 'sip.conf', line: place?.line ?? 0, message: `${option}: ${message}` });
  }
}
