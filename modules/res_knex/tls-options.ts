/** TLS to a server, as the drivers of both servers take it: the options of Node's own. */
import { readFileSync } from 'node:fs';
import { messageOf } from '#core';
import type { TlsSettings } from './token.js';

/** The options of Node's own that count here. */
interface ConnectionOptions {
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity?: () => undefined;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** @throws in the operator's words when a file cannot be read */
export const tlsOptions = ({ verify, ca, cert, key }: TlsSettings): ConnectionOptions => ({
  rejectUnauthorized: verify !== 'none',
  ...(verify === 'name' ? {} : { checkServerIdentity: () => undefined }),
  ...pem('ca', ca),
  ...pem('cert', cert),
  ...pem('key', key),
});

function pem(what: 'ca' | 'cert' | 'key', path: string | undefined): ConnectionOptions {
  if (path === undefined || path === '') return {};
  try {
    return { [what]: readFileSync(path, 'utf8') };
  } catch (thrown) {
    throw new Error(`a file for TLS cannot be read: ${messageOf(thrown)}`);
  }
}
