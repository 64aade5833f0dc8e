/** On which terms we register: what a register line and its device come to, as plain values that two configurations can compare. */
import { encode } from '../../message/octets.js';
import { hostPort, percentEncode } from '../../message/uri.js';
import type { General } from '../../options/general.js';
import type { Credential } from '../../options/values/credential.js';
import type { HostPort } from '../../options/values/hostport.js';
import { forcesRport } from '../../options/values/nat.js';
import type { RegisterLine } from '../../options/values/register-line.js';
import { type Protocol, standardPort } from '../../options/values/transport.js';
import type { Peer } from '../peer.js';
import { type NextHop, proxyOf } from '../way.js';

export interface Terms {
  /** The line without its secret. */
  readonly shown: string;
  /** The same with it. */
  readonly text: string;
  readonly user: string;
  /** `user[@domain][:port]`, as lists have it. */
  readonly username: string;
  /** Of the account, where the line names another than the server. */
  readonly domain: string | undefined;
  readonly domainPort: number | undefined;
  /** The server of the line. */
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Where requests go; undefined: to where the device says that it is. */
  readonly place: NextHop | undefined;
  /** The device whose registration says where requests go. */
  readonly device: string | undefined;
  readonly uri: string;
  readonly aor: string;
  /** Of our Call-IDs, where it is not our address. */
  readonly callIdHost: string | undefined;
  /** Over what requests may go. */
  readonly allowed: readonly Protocol[];
  readonly extension: string;
  /** Undefined: defaultexpiry. */
  readonly expiry: number | undefined;
  readonly rport: boolean;
  /** What a realm's challenge is answered with, best first; then the line's own. */
  readonly credentials: readonly Credential[];
  readonly authuser: string;
  readonly secret: string;
}

/** What a device adds to a line that names it. */
interface Settings {
  readonly place: Terms['place'];
  readonly device: string | undefined;
  readonly protocol: Protocol;
  readonly allowed: readonly Protocol[];
  readonly fromdomain: HostPort;
  readonly rport: boolean;
  readonly credentials: readonly Credential[];
}

export function termsOf(
  line: RegisterLine,
  device: Peer | undefined,
  general: General,
  credentials: readonly Credential[],
): Terms {
  const settings = settingsOf(line, device, general, credentials);
  const { protocol, fromdomain } = settings;
  const { user, domain, host, secret, authuser, extension, expiry } = line;
  const port = line.port ?? standardPort(protocol);
  const domainPort = unlessStandard(line.domainPort);
  const from = domain === undefined ? hostPort(host) : hostPort(domain, domainPort);
  const own = domain === undefined ? hostPort(host, unlessStandard(port)) : from;
  const to = fromdomain.host === '' ? own : hostPort(fromdomain.host, unlessStandard(fromdomain.port));
  return {
    ...{ text: line.text, shown: withoutSecret(line), user, secret, extension, expiry, host, port, protocol },
    ...{ domain, domainPort: line.domainPort },
    username: `${user}${domain === undefined ? '' : `@${domain}`}${line.domainPort === undefined ? '' : `:${line.domainPort}`}`,
    ...{ place: settings.place, device: settings.device, rport: settings.rport, credentials: settings.credentials },
    uri: `sip:${to}`,
    aor: `sip:${percentEncode(encode(user))}@${from}`,
    callIdHost: fromdomain.host || undefined,
    allowed: settings.allowed,
    authuser: authuser || user,
  };
}

/** Whether both bind the same contact at the same server: the later one takes the place of the earlier. */
export const bindAlike = (one: Terms, other: Terms): boolean =>
  one.aor === other.aor &&
  one.extension === other.extension &&
  one.protocol === other.protocol &&
  one.uri === other.uri;

function settingsOf(
  line: RegisterLine,
  device: Peer | undefined,
  general: General,
  credentials: readonly Credential[],
): Settings {
  const protocol = line.protocol ?? device?.primary ?? 'udp';
  const proxy = proxyOf(device?.get('outboundproxy') ?? general.outboundproxy, protocol);
  const own = device?.get('fromdomain');
  const fixed = device && !device.dynamic ? { host: device.get('host').host, port: fixedPort(device) } : line;
  const registers = device?.dynamic === true && proxy === undefined;
  return {
    place: registers ? undefined : (proxy ?? { host: fixed.host, port: fixed.port, protocol }),
    device: registers ? device.name : undefined,
    protocol,
    allowed: line.protocol === undefined ? (device?.get('transport') ?? general.transport) : [line.protocol],
    fromdomain: own && own.host !== '' ? own : general.fromdomain,
    rport: forcesRport(device?.get('nat') ?? general.nat, false),
    credentials: [...(device?.get('auth') ?? []), ...credentials],
  };
}

/** Undefined where its file names none: then SRV records say. */
const fixedPort = (device: Peer): number | undefined => device.get('port') || device.get('host').port;

const unlessStandard = (port: number | undefined): number | undefined => (port === 5060 ? undefined : port);

/** The line as lists show it. */
function withoutSecret(line: RegisterLine): string {
  const { peer, protocol, user, domain, domainPort, secret, authuser, host, port, extension, expiry } = line;
  const before = `${peer === undefined ? '' : `${peer}?`}${protocol === undefined ? '' : `${protocol}://`}`;
  const who = `${user}${domain === undefined ? '' : `@${domain}`}${domainPort === undefined ? '' : `:${domainPort}`}`;
  const password = secret === '' && authuser === '' ? '' : `:${secret === '' ? '' : '<Set>'}`;
  const after = `${hostPort(host, port)}/${extension}${expiry === undefined ? '' : `~${expiry}`}`;
  return `${before}${who}${password}${authuser === '' ? '' : `:${authuser}`}@${after}`;
}
