/** The account that a URI names, as sections of sip.conf and rows of a database are named. */
import { decode } from '../message/octets.js';
import { percentDecode, type Uri } from '../message/uri.js';
import type { General } from '../options/general.js';

/** Its user part; its host, where it has none. */
export function accountName(
  { pedantic, legacy_useroption_parsing }: Pick<General, 'pedantic' | 'legacy_useroption_parsing'>,
  { user, host }: Pick<Uri, 'user' | 'host'>,
): string {
  const written = user ?? host;
  const name = decode(pedantic ? percentDecode(written) : written);
  const semicolon = legacy_useroption_parsing ? name.indexOf(';') : -1;
  return semicolon < 0 ? name : name.slice(0, semicolon);
}
