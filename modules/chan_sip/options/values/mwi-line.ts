/** `mwi => user[:secret[:authuser]]@host[:port]/mailbox` */
import { Invalid, listOf, type Option, type Remarks } from '#core';
import { parseHostPort } from './hostport.js';
import { bare, splitLast, splitOutside } from './split.js';

export interface MwiLine {
  readonly user: string;
  readonly secret: string;
  readonly authuser: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly mailbox: string;
}

const EXPECTS = 'user[:secret[:authuser]]@host[:port]/mailbox';

/** @throws Invalid; no message quotes the line, since it holds a password */
export function parseMwiLine(text: string): MwiLine {
  const [left, right] = splitLast(text, '@') ?? [];
  if (left === undefined || right === undefined) throw new Invalid(`expected ${EXPECTS}, got no @`);
  const [user = '', secret = '', authuser = ''] = splitOutside(left, ':').map(bare);
  const [place = '', ...mailbox] = splitOutside(right, '/').map(bare);
  if (user === '' || place === '') throw new Invalid(`expected ${EXPECTS}, got no ${user === '' ? 'user' : 'host'}`);
  if (mailbox.join('/') === '') throw new Invalid(`expected ${EXPECTS}, got no mailbox`);
  return { user, secret, authuser, ...parseHostPort(place), mailbox: mailbox.join('/') };
}

export const mwiLines = (help: string, remarks: Remarks): Option<readonly MwiLine[]> =>
  listOf(EXPECTS, help, parseMwiLine, {
    ...remarks,
    show: lines => lines.map(({ mailbox, host }) => `${mailbox}@${host}`).join(', '),
  });
