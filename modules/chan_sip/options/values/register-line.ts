/** `register => [peer?][transport://]user[@domain][:secret[:authuser]]@host[:port][/extension][~expiry]` */
import { custom, Invalid, type Option, type Remarks, type Warn, whole } from '#core';
import { parseHostPort, parsePort } from './hostport.js';
import { bare, splitLast, splitOutside } from './split.js';

export interface RegisterLine {
  /** The line as it stands: what makes it the same registration. */
  readonly text: string;
  /** The device whose address, proxy and transport are taken. */
  readonly peer: string | undefined;
  /** Undefined: that of the device, else udp. */
  readonly protocol: 'udp' | 'tcp' | 'tls' | undefined;
  readonly user: string;
  readonly domain: string | undefined;
  readonly domainPort: number | undefined;
  readonly secret: string;
  /** The name in the answer to a challenge; empty: the user. */
  readonly authuser: string;
  readonly host: string;
  readonly port: number | undefined;
  /** The user of our Contact, and so the extension that is called. */
  readonly extension: string;
  /** Seconds; undefined: defaultexpiry. */
  readonly expiry: number | undefined;
}

const EXPECTS = '[peer?][transport://]user[@domain][:secret[:authuser]]@host[:port][/extension][~expiry]';
const KNOWN = new Set(['udp', 'tcp', 'tls']);

type Left = Pick<RegisterLine, 'peer' | 'protocol' | 'user' | 'domain' | 'domainPort' | 'secret' | 'authuser'>;

function parseLeft(text: string, warn: Warn): Left {
  const peer = /^([^?@:]+)\?/.exec(text)?.[1];
  const behindPeer = peer === undefined ? text : text.slice(peer.length + 1);
  const scheme = /^([A-Za-z]+):\/\//.exec(behindPeer)?.[1];
  const wanted = scheme?.toLowerCase();
  if (wanted !== undefined && !KNOWN.has(wanted)) warn(`'${scheme}' is no transport to register over, udp is taken`);
  const fields = splitOutside(scheme === undefined ? behindPeer : behindPeer.slice(scheme.length + 3), ':');
  if (fields.length > 4) throw new Invalid(`expected ${EXPECTS}, got more than four fields before the last @`);
  const [who = '', ...others] = fields;
  // The fourth field stands second: the port of the domain.
  const domainPort = others.length === 3 ? parsePort(bare(others.shift()!)) : undefined;
  const [user, domain] = splitLast(who, '@') ?? [who, undefined];
  if (bare(user) === '') throw new Invalid(`expected ${EXPECTS}, got no user`);
  return {
    peer,
    protocol: wanted === undefined ? undefined : ((KNOWN.has(wanted) ? wanted : 'udp') as Left['protocol']),
    user: bare(user),
    domain: domain === undefined || domain === '' ? undefined : bare(domain),
    domainPort,
    secret: bare(others[0] ?? ''),
    authuser: bare(others[1] ?? ''),
  };
}

function parseRight(text: string): Pick<RegisterLine, 'host' | 'port' | 'extension' | 'expiry'> {
  const [beforeExpiry = '', expiry] = splitOutside(text, '~');
  const [place = '', ...extension] = splitOutside(beforeExpiry, '/');
  if (place.trim() === '') throw new Invalid(`expected ${EXPECTS}, got no host`);
  if (expiry !== undefined && !/^\d{1,9}$/.test(expiry.trim())) {
    throw new Invalid(`expected seconds behind ~, got '${expiry}'`);
  }
  if (expiry !== undefined && Number(expiry) === 0) {
    throw new Invalid(
      'expected seconds behind ~, got 0, which ends a registration; comment the line out, or leave ~0 away',
    );
  }
  return {
    ...parseHostPort(bare(place)),
    extension: bare(extension.join('/')) || 's',
    expiry: expiry === undefined ? undefined : Number(expiry),
  };
}

/** @throws Invalid; no message quotes the line, since it holds a password */
export function parseRegisterLine(text: string, warn: Warn): RegisterLine {
  const halves = splitLast(text, '@');
  if (!halves) throw new Invalid(`expected ${EXPECTS}, got no @`);
  return { text, ...parseLeft(halves[0].trim(), warn), ...parseRight(halves[1]) };
}

/** Lines that make no sense are left out with a warning, and so is the same line a second time. */
export const registerLines = (help: string, remarks: Remarks): Option<readonly RegisterLine[]> =>
  custom<readonly RegisterLine[]>(
    [],
    EXPECTS,
    help,
    (text, before = [], warn) => {
      if (before.some(line => line.text === text)) {
        warn('the same line stands above: it registers once');
        return before;
      }
      try {
        return [...before, parseRegisterLine(text, warn)];
      } catch (thrown) {
        if (!(thrown instanceof Invalid)) throw thrown;
        warn(`line left out: ${thrown.message}`);
        return before;
      }
    },
    { ...remarks, repeats: whole, show: lines => lines.map(({ user, host }) => `${user}@${host}`).join(', ') },
  );
