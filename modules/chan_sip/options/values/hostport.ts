/** `host[:port]`: addresses to listen on, to be reached at, and to send to. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { custom, Invalid, type Option, type Remarks } from '#core';

export interface HostPort {
  /** Without brackets; empty where nothing is set. */
  readonly host: string;
  readonly port: number | undefined;
}

export const NOWHERE: HostPort = { host: '', port: undefined };

const HOST = /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/;

export function parsePort(text: string, least = 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= least && port <= 65_535) return port;
  throw new Invalid(`expected a port, ${least}-65535, got '${text}'`);
}

/** The one way an address is written, so that it is found by what a packet comes from. */
export const canonical = (host: string): string =>
  isIP(host) === 6 && !host.includes('%') ? ipaddr.process(host).toString() : host;

/** @throws Invalid */
export function parseHostPort(text: string, leastPort = 1): HostPort {
  const whole = text.trim();
  if (isIP(whole) === 6) return { host: canonical(whole), port: undefined };
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([^:]*))?$/.exec(whole);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const named = parts?.[1] === undefined ? HOST.test(host) : isIP(host) === 6;
  if (!named) throw new Invalid(`expected host[:port], got '${text}'`);
  return { host: canonical(host), port: parts?.[3] === undefined ? undefined : parsePort(parts[3], leastPort) };
}

/** Port 0 stands for any that is free. @throws Invalid */
export function parseAddressPort(text: string): HostPort {
  const parsed = parseHostPort(text, 0);
  if (isIP(parsed.host) === 0) throw new Invalid(`expected an IP address, with a port or without, got '${text}'`);
  return parsed;
}

export const showHostPort = ({ host, port }: HostPort): string => {
  const bracketed = host.includes(':') && port !== undefined ? `[${host}]` : host;
  return port === undefined ? bracketed : `${bracketed}:${port}`;
};

const emptyOr = (parse: (text: string) => HostPort) => (text: string) => (text.trim() === '' ? NOWHERE : parse(text));

/** A host by name or by address. */
export const hostPort = (help: string, remarks: Remarks): Option<HostPort> =>
  custom(
    NOWHERE,
    'host[:port]',
    help,
    emptyOr(text => parseHostPort(text)),
    { show: showHostPort, ...remarks },
  );

/** An address of this machine. */
export const addressPort = (initial: HostPort, help: string, remarks: Remarks): Option<HostPort> =>
  custom(initial, 'address[:port]', help, text => (text.trim() === '' ? initial : parseAddressPort(text)), {
    show: showHostPort,
    guard: true,
    ...remarks,
  });

/** A port; 0 where none is set. */
export const portNumber = (initial: number, help: string, remarks: Remarks): Option<number> =>
  custom(initial, 'a port, 1-65535', help, text => parsePort(text), {
    ...remarks,
    show: port => (port === 0 ? '' : String(port)),
  });

/** The host of a device. */
export interface Host extends HostPort {
  /** It registers, and so tells us where it is. */
  readonly dynamic: boolean;
}

export const deviceHost = (help: string, remarks: Remarks): Option<Host> =>
  custom<Host>(
    { ...NOWHERE, dynamic: false },
    'dynamic, or host[:port]',
    help,
    text =>
      text.trim().toLowerCase() === 'dynamic'
        ? { ...NOWHERE, dynamic: true }
        : { ...emptyOr(host => parseHostPort(host))(text), dynamic: false },
    { ...remarks, show: host => (host.dynamic ? 'dynamic' : showHostPort(host)) },
  );
