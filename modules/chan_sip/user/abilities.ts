/** What we say of ourselves, as a device or [general] has it: methods in Allow, extensions in Supported and Require. */
import { ALLOW, SUPPORTED } from '../message/build.js';
import type { Message } from '../message/message.js';
import type { Device } from '../options/device.js';
import type { General } from '../options/general.js';

/** What is on beyond what the original does. */
export type Abilities = Pick<Device, '100rel' | 'update'>;

/** The tag of reliable provisional answers (RFC 3262). */
export const RELIABLE = '100rel';

export const abilitiesOf = (option: <K extends keyof Abilities>(name: K) => Abilities[K]): Abilities => ({
  '100rel': option('100rel'),
  update: option('update'),
});

export const allowed = ({ '100rel': reliable, update }: Abilities): string =>
  [ALLOW, ...(reliable === 'no' ? [] : ['PRACK']), ...(update ? ['UPDATE'] : [])].join(', ');

/** The extensions that we name as ours. */
export function supportedTags(general: General, { '100rel': reliable }: Abilities = general): readonly string[] {
  const supported = general['session-timers'] === 'refuse' ? SUPPORTED.filter(tag => tag !== 'timer') : SUPPORTED;
  const wanted = { path: general.supportpath, outbound: general.supportoutbound, gruu: general.supportgruu };
  const named = [...supported, ...Object.entries(wanted).flatMap(([tag, on]) => (on ? [tag] : []))];
  return reliable === 'no' ? named : [...named, RELIABLE];
}

/** Whether a message has this tag in Require or Supported. */
export const names = (message: Message, header: 'Require' | 'Supported', tag: string): boolean =>
  message.list(header).some(one => one.trim().toLowerCase() === tag);
