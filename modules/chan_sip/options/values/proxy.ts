/** `outboundproxy`: where requests go first. */
import { custom, Invalid, type Option, type Remarks } from '#core';
import { type HostPort, NOWHERE, parseHostPort, showHostPort } from './hostport.js';
import { PROTOCOLS, type Protocol } from './transport.js';

export interface Proxy extends HostPort {
  readonly protocol: Protocol | undefined;
  /** Used for what stays inside, too. */
  readonly force: boolean;
}

const NONE: Proxy = { ...NOWHERE, protocol: undefined, force: false };

function parse(text: string): Proxy {
  const [place = '', ...flags] = text.split(',').map(part => part.trim());
  if (place === '') return NONE;
  for (const flag of flags)
    if (flag !== 'force') throw new Invalid(`expected nothing or 'force' behind the host, got '${flag}'`);
  const [, scheme, rest = place] = /^([a-z]+):\/\/(.*)$/i.exec(place) ?? [];
  const protocol = scheme === undefined ? undefined : PROTOCOLS.find(known => known === scheme.toLowerCase());
  if (scheme !== undefined && !protocol)
    throw new Invalid(`expected one of ${PROTOCOLS.join(', ')} before ://, got '${scheme}'`);
  return { ...parseHostPort(rest), protocol, force: flags.length > 0 };
}

export const outboundProxy = (help: string, remarks: Remarks): Option<Proxy> =>
  custom(NONE, '[transport://]host[:port][,force]', help, parse, {
    ...remarks,
    show: proxy =>
      `${proxy.protocol ? `${proxy.protocol}://` : ''}${showHostPort(proxy)}${proxy.force ? ',force' : ''}`,
  });
