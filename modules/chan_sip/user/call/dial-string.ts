/** What stands behind `SIP/` in a dial string, taken apart. */
import { PROTOCOLS } from '../../options/values/transport.js';
import type { Protocol } from '../../transport/transport.js';

/** `user:secret:md5secret:authname:transport` before the `@`. */
export interface DialAccount {
  readonly secret: string;
  readonly md5secret: string;
  readonly username: string;
}

/** `[user][@domain]`, which takes the place of what To or From would say. */
export interface Override {
  readonly user: string;
  readonly domain: string;
}

export interface DialString {
  /** A device, or `host[:port]`. */
  readonly host: string;
  /** Empty: the device itself. */
  readonly extension: string;
  readonly account: DialAccount | undefined;
  readonly transport: Protocol | undefined;
  /** Where the request goes first, whatever its URI says; empty: nowhere in particular. */
  readonly nextHop: string;
  readonly to: Override | undefined;
  readonly from: Override | undefined;
}

/** `peer`, `peer/exten`, `exten@peer`, `user@host:port`, `exten@host//host2`, each with `![to][![from]]`. */
export function parseDialString(text: string): DialString {
  const [destination = '', to = '', from = ''] = text.split('!', 3);
  const [place = '', behind = '', nextHop = ''] = destination.split('/', 3);
  const at = place.lastIndexOf('@');
  const [user = '', secret = '', md5secret = '', authname = '', transport = ''] =
    at < 0 ? [] : place.slice(0, at).split(':', 5);
  const named = secret !== '' || md5secret !== '' || authname !== '';
  return {
    host: place.slice(at + 1),
    extension: at < 0 ? behind : user,
    account: named ? { secret, md5secret, username: authname || user } : undefined,
    transport: PROTOCOLS.find(protocol => protocol === transport.toLowerCase()),
    nextHop,
    to: overrideOf(to),
    from: overrideOf(from),
  };
}

function overrideOf(text: string): Override | undefined {
  if (text === '') return undefined;
  const at = text.indexOf('@');
  return { user: at < 0 ? text : text.slice(0, at), domain: at < 0 ? '' : text.slice(at + 1) };
}
