/** What a program is told of the call at the beginning: lines `agi_name: value`. */
import { type Channel, presentationNumber, version } from '#core';

export interface Request {
  /** As the dialplan wrote it. */
  readonly request: string;
  readonly arguments: readonly string[];
  /** Of FastAGI: what is to run there. */
  readonly script?: string | undefined;
}

const UNKNOWN = 'unknown';

/** A value that ends no line. */
const harmless = (value: string): string => value.replaceAll(/[\r\n\0]/g, ' ');

export function environmentOf(channel: Channel, { request, arguments: given, script }: Request): string {
  const { caller, position, redirecting } = channel;
  const network = script === undefined ? [] : [['network', 'yes'] as const, ['network_script', script] as const];
  const rows: readonly (readonly [name: string, value: string])[] = [
    ...network.filter(([name, value]) => name === 'network' || value !== ''),
    ['request', request],
    ['channel', channel.name],
    ['language', channel.language],
    ['type', channel.technology.type],
    ['uniqueid', channel.uniqueid],
    ['version', version],
    ['callerid', caller.number || UNKNOWN],
    ['calleridname', caller.name || UNKNOWN],
    ['callingpres', String(presentationNumber(caller.presentation))],
    ['callingani2', '0'],
    ['callington', '0'],
    ['callingtns', '0'],
    ['dnid', channel.dnid || UNKNOWN],
    ['rdnis', redirecting.from.number || UNKNOWN],
    ['context', position.context],
    ['extension', position.extension],
    ['priority', String(position.priority)],
    ['enhanced', '0.0'],
    ['accountcode', channel.accountcode],
    ['threadid', '0'],
    ...given.map((value, index) => [`arg_${index + 1}`, value] as const),
  ];
  return `${rows.map(([name, value]) => `agi_${name}: ${harmless(value)}\n`).join('')}\n`;
}
