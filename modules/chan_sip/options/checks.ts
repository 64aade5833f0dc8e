/** What no option can tell alone: options that lack another, or work against it. Warnings, with the line to look at. */
import type { Line, Problem, Section } from '#core';
import type { Device } from './device.js';
import type { General } from './general.js';
import { hashGiven } from './values/algorithms.js';
import { showNat } from './values/nat.js';
import { KEEPALIVE_SECONDS, QUALIFY_MS, resolveSwitch } from './values/qualify.js';
import { type Protocol, transportWords } from './values/transport.js';

export type Places = ReadonlyMap<string, Line>;
type Report = (problem: Problem) => void;

/** What is said of a general option's line, and what is taken in its place. */
interface Check {
  /** The option whose line is named. */
  readonly at: keyof General;
  wrong(values: General, places: Places): boolean;
  message(values: General): string;
  instead?(values: General): Partial<General>;
}

const T1_LIMIT = 64;

const GENERAL: readonly Check[] = [
  {
    at: 'allowexternaldomains',
    wrong: values => !values.allowexternaldomains && values.domain.length === 0 && !values.autodomain,
    message: () => 'allowexternaldomains=no without any domain would refuse everything, taken as yes',
    instead: () => ({ allowexternaldomains: true }),
  },
  {
    at: 'minexpiry',
    wrong: ({ minexpiry, maxexpiry }) => minexpiry > maxexpiry,
    message: ({ minexpiry, maxexpiry }) =>
      `minexpiry ${minexpiry} is above maxexpiry ${maxexpiry}, which is what is granted`,
    instead: ({ maxexpiry }) => ({ minexpiry: maxexpiry }),
  },
  {
    at: 'externaddr',
    wrong: ({ externaddr, localnet }) => externaddr.host !== '' && localnet.length === 0,
    message: () => 'externaddr has no effect without localnet',
  },
  {
    at: 'externhost',
    wrong: ({ externhost, localnet }) => externhost.host !== '' && localnet.length === 0,
    message: () => 'externhost has no effect without localnet',
  },
  {
    at: 'timert1',
    wrong: ({ timert1, t1min }) => timert1 < t1min,
    message: ({ t1min }) => `timert1 is below t1min and taken as ${t1min}`,
    instead: ({ t1min }) => ({ timert1: t1min }),
  },
  {
    at: 'timerb',
    wrong: (_values, places) => places.has('timerb'),
    message: () => 'timerb has no effect here, only in a device: it is 64 times timert1',
  },
  {
    at: 'storesipcause',
    wrong: ({ storesipcause }) => storesipcause,
    message: () => 'storesipcause is on its way out; use the HANGUPCAUSE function',
  },
];

const problemAt = (line: Line | undefined, message: string): Problem => ({
  file: line?.file ?? 'sip.conf',
  line: line?.line ?? 0,
  message,
});

/** The values as they are taken. */
export function checkGeneral(read: General, places: Places, report: Report): General {
  let values = withFollowers(read, places);
  for (const { at, wrong, message, instead } of GENERAL) {
    if (!wrong(values, places)) continue;
    report(problemAt(places.get(at), message(values)));
    values = { ...values, ...instead?.(values) };
  }
  values = { ...values, timerb: T1_LIMIT * values.timert1 };
  const transport = usable(values.transport, values);
  if (transport.length < values.transport.length) {
    report(problemAt(places.get('transport'), `transport: ${left(values.transport, transport)}`));
  }
  return { ...values, transport: transport.length > 0 ? transport : ['udp'] };
}

/** `yes` as its number, and options whose default is the value of another one. */
const withFollowers = (values: General, places: Places): General => ({
  ...values,
  qualify: resolveSwitch(values.qualify, 0, QUALIFY_MS),
  keepalive: resolveSwitch(values.keepalive, 0, KEEPALIVE_SECONDS),
  submaxexpiry: places.has('submaxexpiry') ? values.submaxexpiry : values.maxexpiry,
  subminexpiry: places.has('subminexpiry') ? values.subminexpiry : values.minexpiry,
});

const ENABLED: Readonly<Record<Protocol, (values: General) => boolean>> = {
  udp: () => true,
  tcp: ({ tcpenable }) => tcpenable,
  tls: ({ tlsenable }) => tlsenable,
  ws: ({ websocket_enabled }) => websocket_enabled,
  wss: ({ websocket_enabled }) => websocket_enabled,
};

const usable = (wanted: readonly Protocol[], values: General) => wanted.filter(protocol => ENABLED[protocol](values));

const left = (wanted: readonly Protocol[], taken: readonly Protocol[]) =>
  `${transportWords(wanted.filter(protocol => !taken.includes(protocol)))} is not enabled in [general] and left out`;

type Own = Partial<Device>;

/** The values of a device as they are taken. */
export function checkDevice(section: Section, read: Own, places: Places, values: General, report: Report): Own {
  const own: { -readonly [K in keyof Device]?: Device[K] } = { ...read };
  const warn = (option: keyof Device, message: string) =>
    report(problemAt(places.get(option) ?? sectionLine(section), message));
  if (own.transport) {
    const transport = usable(own.transport, values);
    if (transport.length < own.transport.length) warn('transport', left(own.transport, transport));
    if (transport.length > 0) own.transport = transport;
    else delete own.transport;
  }
  if (own.nat && showNat(own.nat) !== showNat(values.nat)) {
    warn('nat', 'nat differs from [general]: answers then let strangers tell which names exist');
  }
  checkProof(own, values, warn);
  // A word from the days of users.conf: the mailbox that bears its name.
  if (own.hasvoicemail && !own.mailbox?.length) own.mailbox = [`${section.name}@default`];
  checkTimers(own, values, warn);
  checkNames(section, own, warn);
  return own;
}

/** What a device must prove and cannot, and what it is asked for that others are not. */
function checkProof(own: Own, values: General, warn: (option: keyof Device, message: string) => void): void {
  const wanted = own.supported_algorithms_uas ?? values.supported_algorithms_uas;
  const option = own.password_digest?.length ? 'password_digest' : 'md5secret';
  const missing = own.secret ? [] : wanted.filter(algorithm => hashGiven(own, algorithm) === undefined);
  if ((own.md5secret || own.password_digest?.length) && missing.length > 0) {
    const consequence =
      missing.length === wanted.length
        ? 'nobody can register as it'
        : 'it is not asked for them, which tells strangers that it exists';
    warn(option, `no password_digest or secret for ${missing.join(', ')} of supported_algorithms_uas: ${consequence}`);
  }
  for (const name of ['supported_algorithms_uas', 'auth_qop'] as const) {
    if (own[name] !== undefined && String(own[name]) !== String(values[name])) {
      warn(name, `${name} differs from [general]: challenges then let strangers tell which names exist`);
    }
  }
}

const LEAST_T1 = 200;

function checkTimers(
  own: { -readonly [K in 'timert1' | 'timerb']?: number },
  values: General,
  warn: (option: 'timert1' | 'timerb', message: string) => void,
): void {
  if (own.timert1 !== undefined && (own.timert1 < LEAST_T1 || own.timert1 < values.t1min)) {
    warn('timert1', `timert1 is below ${Math.max(LEAST_T1, values.t1min)} and taken as ${values.t1min}`);
    own.timert1 = values.t1min;
  }
  if (own.timerb !== undefined && own.timerb < LEAST_T1) {
    warn('timerb', `timerb is below ${LEAST_T1} and taken as ${values.timerb}`);
    delete own.timerb;
  }
}

function checkNames(section: Section, own: Own, warn: (option: keyof Device, message: string) => void): void {
  if (section.variables.some(({ name }) => name.toLowerCase() === 'username')) {
    warn('defaultuser', 'username is the old name of defaultuser');
  }
  if (own.host && !own.host.dynamic && own.host.host === '') warn('host', 'host is empty: it cannot be reached');
}

const sectionLine = ({ file, line, name }: Section): Line => ({ file, line, name, value: '' });
