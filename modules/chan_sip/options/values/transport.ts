/** `transport`: what a device may use; the first is what we call it over. */
import { custom, Invalid, type Option, type Remarks, type Warn } from '#core';

export const PROTOCOLS = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const isProtocol = (word: string): word is Protocol => (PROTOCOLS as readonly string[]).includes(word);

/** The port that goes without saying. */
export const standardPort = (protocol: Protocol): number => (protocol === 'tls' || protocol === 'wss' ? 5061 : 5060);

/** @throws Invalid when nothing of it can be taken */
export function parseTransports(text: string, warn: Warn): readonly Protocol[] {
  const found: Protocol[] = [];
  const unknown: string[] = [];
  for (const word of text.toLowerCase().split(/[,\s]+/)) {
    if (word === '') continue;
    if (!isProtocol(word)) unknown.push(word);
    else if (!found.includes(word)) found.push(word);
  }
  if (found.length === 0) throw new Invalid(`expected a list of ${PROTOCOLS.join(', ')}, got '${text}'`);
  for (const word of unknown)
    warn(`'${word}' is no transport and left out; expected a list of ${PROTOCOLS.join(', ')}`);
  return found;
}

/** `UDP,TCP`: as commands print it, in a fixed order whatever the first is. */
export const transportWords = (list: readonly Protocol[]): string =>
  PROTOCOLS.filter(protocol => list.includes(protocol))
    .join(',')
    .toUpperCase();

export const transports = (help: string, remarks: Remarks): Option<readonly Protocol[]> =>
  custom<readonly Protocol[]>(
    ['udp'],
    `a list of ${PROTOCOLS.join(', ')}`,
    help,
    (text, _before, warn) => parseTransports(text, warn),
    {
      ...remarks,
      show: list => list.join(','),
    },
  );
