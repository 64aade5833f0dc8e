/** What a device has of its own: of the values that were read, those that differ from what all devices share. */
import type { Device } from './device.js';
import type { Interner } from './intern.js';
import { KEEPALIVE_SECONDS, QUALIFY_MS, resolveSwitch } from './values/qualify.js';

/**
 * Leaves out what is as it is for all, and shares equal values between devices. A context stays: one that a device
 * names goes before that of a domain, whatever it is.
 */
export function ownValues(read: Partial<Device>, defaults: Device, interner: Interner): Partial<Device> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resolved(read, defaults))) {
    const shared = interner.share(value);
    const same = shared === interner.share(defaults[name as keyof Device]);
    if (!same || name === 'context') kept[name] = shared;
  }
  return kept as Partial<Device>;
}

/** `yes` becomes what [general] says, or else the built-in number. */
const resolved = (own: Partial<Device>, defaults: Device): Partial<Device> => ({
  ...own,
  ...(own.qualify !== undefined && { qualify: resolveSwitch(own.qualify, defaults.qualify, QUALIFY_MS) }),
  ...(own.keepalive !== undefined && {
    keepalive: resolveSwitch(own.keepalive, defaults.keepalive, KEEPALIVE_SECONDS),
  }),
});
