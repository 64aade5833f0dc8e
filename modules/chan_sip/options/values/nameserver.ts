/** `nameserver`: who is asked for names, in place of the servers that the system asks. */
import { custom, Invalid, type Option, type Remarks, whole } from '#core';
import { parseAddressPort, showHostPort } from './hostport.js';

/** A name server by its address. */
export interface NameServer {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
/** More of them only make the wait longer when none answers. */
const MOST = 8;

export const nameServers = (help: string, remarks: Remarks): Option<readonly NameServer[]> =>
  custom<readonly NameServer[]>(
    [],
    'address[:port],...',
    help,
    (text, before = []) => {
      const found = text
        .split(',')
        .map(word => word.trim())
        .filter(word => word !== '')
        .map(parse);
      const all = [...before, ...found];
      if (all.length > MOST) throw new Invalid(`expected ${MOST} name servers at most, got ${all.length}`);
      return all;
    },
    {
      ...remarks,
      repeats: whole,
      show: list => list.map(({ address, port }) => showHostPort({ host: address, port })).join(','),
    },
  );

function parse(word: string): NameServer {
  const { host, port = DNS_PORT } = parseAddressPort(word);
  if (port === 0) throw new Invalid(`expected a port, 1-65535, got '${word}'`);
  return { address: host, port };
}
