/** `auth = user:secret@realm`, `auth = user#md5hash@realm`: what we answer a realm's challenge with. */
import { Invalid, listOf, type Option, type Remarks } from '#core';
import { splitLast } from './split.js';

export interface Credential {
  readonly user: string;
  readonly secret: string;
  /** MD5(user:realm:secret) where the file has that instead of the secret. */
  readonly md5secret: string;
  readonly realm: string;
}

const EXPECTS = 'user:secret@realm or user#md5hash@realm';

/** @throws Invalid; no message quotes the line, since it holds a password */
export function parseCredential(text: string): Credential {
  const [left = '', realm = ''] = splitLast(text.trim(), '@') ?? [];
  if (realm === '') throw new Invalid(`expected ${EXPECTS}, got no realm`);
  const at = left.includes(':') ? left.indexOf(':') : left.indexOf('#');
  const user = at < 0 ? left : left.slice(0, at);
  const rest = at < 0 ? '' : left.slice(at + 1);
  if (user === '') throw new Invalid(`expected ${EXPECTS}, got no user`);
  const hashed = left[at] === '#';
  if (hashed && !/^[0-9a-f]{32}$/i.test(rest)) throw new Invalid('expected 32 hex digits behind #');
  return { user, secret: hashed ? '' : rest, md5secret: hashed ? rest.toLowerCase() : '', realm };
}

export const credentials = (help: string, remarks: Remarks): Option<readonly Credential[]> =>
  listOf(EXPECTS, help, parseCredential, {
    ...remarks,
    show: list => list.map(({ user, realm }) => `${user}@${realm}`).join(', '),
  });
