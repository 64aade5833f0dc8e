/** Certificates for tests, signed by themselves, made by the openssl command. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, run } from './obelisk.js';

export interface TestCertificate {
  readonly directory: string;
  readonly certfile: string;
  readonly keyfile: string;
  readonly cert: string;
  readonly key: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why tests that need certificates are skipped, or false. */
export const noCertificates = (): Promise<string | false> => missing('openssl');

/** @param others what else it is for */
export async function certificate(name = 'pbx.example', others = 'IP:127.0.0.1,IP:::1,'): Promise<TestCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-tls-'));
  const certfile = join(directory, 'cert.pem');
  const keyfile = join(directory, 'key.pem');
  const made = await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '36500'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${others}DNS:${name}`, '-keyout', keyfile, '-out', certfile],
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
  const [cert, key] = await Promise.all([readFile(certfile, 'latin1'), readFile(keyfile, 'latin1')]);
  return {
    ...{ directory, certfile, keyfile, cert, key },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
