/** Options that say where to listen: an IP address, with a port or without. */
import { isIP } from 'node:net';
import { Invalid, type Option } from './options.js';
import { custom } from './types.js';

/** Where to listen. */
export interface BindAddress {
  /** Empty where none is given. */
  readonly host: string;
  readonly port: number | undefined;
}

/** @throws Invalid */
function parse(text: string): BindAddress {
  const whole = text.trim();
  if (whole === '') return { host: '', port: undefined };
  if (isIP(whole) !== 0) return { host: whole, port: undefined };
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$|^\[/.exec(whole) ?? [];
  const host = v6 ?? v4 ?? '';
  if (isIP(host) !== (v6 === undefined ? 4 : 6) || Number(port) > 65_535) {
    throw new Invalid(`expected an IP address, with a port or without, got '${text}'`);
  }
  return { host, port: Number(port) };
}

const show = ({ host, port }: BindAddress): string => {
  if (port === undefined) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};

/** A name is never looked up. */
export const bindAddress = (host: string, help: string): Option<BindAddress> =>
  custom<BindAddress>({ host, port: undefined }, 'address[:port]', help, parse, { show, guard: true });
