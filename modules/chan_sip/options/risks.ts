/** What of a sip.conf lets strangers in, with the reason. A check tells of it; a load does not, since all of it may be meant. */
import { type Acl, type ConfigFile, type Finding, isRestricted, type Section, type Severity } from '#core';
import type { DeviceSection } from './device.js';
import type { General } from './general.js';
import type { SipConfig } from './read.js';
import type { Nat } from './values/nat.js';

/** A shorter secret is found by trying. */
const SHORTEST_SECRET = 8;

interface Risk<T> {
  /** The options whose line is named: the first of them that there is. */
  readonly at: readonly string[];
  readonly severity: Severity;
  /** The reason; undefined where there is no risk. */
  why(of: T, general: General): string | undefined;
}

const GENERAL: readonly Risk<General>[] = [
  {
    at: ['alwaysauthreject'],
    severity: 'warning',
    why: ({ alwaysauthreject }) =>
      alwaysauthreject ? undefined : 'alwaysauthreject=no: the answers tell strangers which names exist',
  },
  {
    at: ['autocreatepeer'],
    severity: 'warning',
    why: ({ autocreatepeer }) =>
      autocreatepeer === 'no' ? undefined : 'autocreatepeer: whoever asks becomes a device, without a password',
  },
];

const hasProof = ({ secret, md5secret, password_digest }: DeviceSection['own']): boolean =>
  Boolean(secret || md5secret || password_digest?.length);

/** Whether it keeps out anybody at all: a list that ends with everybody does not. */
const keepsOut = (acl: Acl | undefined): boolean => {
  if (acl === undefined || !isRestricted(acl)) return false;
  const last = acl.rules.at(-1);
  return acl.names.length > 0 || (acl.rules.some(({ permit }) => !permit) && !(last?.permit && isEverybody(last)));
};

const isEverybody = ({ network }: Acl['rules'][number]): boolean => network.mask.every(word => word === 0);

const answersTo = ({ autoForceRport, forceRport }: Nat): string => (autoForceRport ? 'auto' : String(forceRport));

const DEVICE: readonly Risk<DeviceSection>[] = [
  {
    at: ['host', 'type'],
    severity: 'warning',
    why: ({ name, own }) =>
      own.host?.dynamic && !hasProof(own) && !keepsOut(own.acl)
        ? `[${name}] has neither a secret nor an access list: whoever knows its name can register as it`
        : undefined,
  },
  {
    at: ['secret'],
    severity: 'warning',
    why: ({ name, own: { secret = '' } }) => {
      if (secret === '') return undefined;
      if (secret.toLowerCase() === name.toLowerCase())
        return `[${name}]: its secret is its name, the first that is tried`;
      if (secret.length >= SHORTEST_SECRET) return undefined;
      return `[${name}]: its secret has ${secret.length} characters: fewer than ${SHORTEST_SECRET} are soon found by trying`;
    },
  },
  {
    at: ['insecure'],
    severity: 'warning',
    why: ({ name, own: { insecure, host, acl } }) =>
      insecure?.invite && (host === undefined || host.dynamic) && !keepsOut(acl)
        ? `[${name}]: insecure=invite without a fixed host: calls in its name need no password, wherever they come from`
        : undefined,
  },
  {
    at: ['insecure'],
    severity: 'notice',
    why: ({ name, own: { insecure, host } }) =>
      insecure?.port && host !== undefined && !host.dynamic
        ? `[${name}]: insecure=port: any program on that host passes for it, whatever its port`
        : undefined,
  },
  {
    at: ['nat'],
    severity: 'notice',
    why: ({ name, own: { nat } }, { nat: all, alwaysauthreject }) =>
      alwaysauthreject && nat && answersTo(nat) !== answersTo(all)
        ? `[${name}]: nat sends answers elsewhere than in [general]: a stranger can tell by that which names exist`
        : undefined,
  },
  {
    at: ['permit', 'deny', 'acl'],
    severity: 'warning',
    why: ({ name, own: { acl } }) =>
      acl !== undefined && isRestricted(acl) && !keepsOut(acl)
        ? `[${name}]: its access list keeps nobody out: what no line matches may pass, and the last that matches decides`
        : undefined,
  },
];

export function risks({ general, generalPlaces, devices }: SipConfig, config: ConfigFile): Finding[] {
  const sections = new Map(config.sections.filter(({ template }) => !template).map(section => [section.name, section]));
  const found: Finding[] = [];
  for (const { at, severity, why } of GENERAL) {
    const place = at.map(option => generalPlaces.get(option)).find(line => line !== undefined);
    tell(found, severity, place, why(general, general));
  }
  const context = generalPlaces.get('context');
  if (general.allowguest && context) {
    tell(found, 'warning', context, `allowguest is on: calls from anybody go to the context '${general.context}'`);
  }
  for (const device of devices) {
    for (const { at, severity, why } of DEVICE) {
      tell(found, severity, placeOf(sections.get(device.name), at), why(device, general));
    }
  }
  return found;
}

/** The last line of the first option that the section has, or its header. */
const placeOf = (section: Section | undefined, options: readonly string[]) =>
  options
    .map(option => section?.variables.findLast(({ name }) => name.toLowerCase() === option))
    .find(line => line !== undefined) ?? section;

function tell(
  found: Finding[],
  severity: Severity,
  place: { readonly file: string; readonly line: number } | undefined,
  message: string | undefined,
): void {
  if (message === undefined || place === undefined) return;
  found.push({ file: place.file, line: place.line, severity, message });
}
