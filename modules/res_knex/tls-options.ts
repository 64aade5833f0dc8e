/** TLS to a server, as the drivers of both servers take it: the options of Node's own. */
import { readFileSync } from 'node:fs';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { messageOf } from '#core';
import type { TlsSettings } from './token.js';

/** The options of Node's own that count here. */
interface ConnectionOptions {
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity: (name: string, certificate: PeerCertificate) => Error | undefined;
  /** For mysql2, which does not ask for the function. */
  readonly verifyIdentity: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * @param host as the operator wrote it, which the certificate must be for; the drivers do not tell an address
 * @throws in the operator's words when a file cannot be read
 */
export const tlsOptions = ({ verify, ca, cert, key }: TlsSettings, host: string): ConnectionOptions => ({
  rejectUnauthorized: verify !== 'none',
  checkServerIdentity: (_, certificate) => (verify === 'name' ? checkServerIdentity(host, certificate) : undefined),
  verifyIdentity: verify === 'name',
  ...pem('ca', ca),
  ...pem('cert', cert),
  ...pem('key', key),
});

function pem(what: 'ca' | 'cert' | 'key', path: string | undefined): Partial<Record<'ca' | 'cert' | 'key', string>> {
  if (path === undefined || path === '') return {};
  try {
    return { [what]: readFileSync(path, 'utf8') };
  } catch (thrown) {
    throw new Error(`a file for TLS cannot be read: ${messageOf(thrown)}`);
  }
}
