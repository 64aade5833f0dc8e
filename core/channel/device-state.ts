/** The state of devices, and what it comes to for an extension that watches several. */

/** As `DEVICE_STATE()` words it, the weakest first: of several devices the strongest counts. */
export const deviceStates = [
  'INVALID',
  'UNKNOWN',
  'UNAVAILABLE',
  'NOT_INUSE',
  'ONHOLD',
  'RINGING',
  'INUSE',
  'BUSY',
  'RINGINUSE',
] as const;

export type DeviceState = (typeof deviceStates)[number];

/** The state of an extension, by its hint. */
export interface ExtensionState {
  readonly number: number;
  readonly text: string;
}

const IDLE: ExtensionState = { number: 0, text: 'Idle' };

const EXTENSION_STATES: Readonly<Record<DeviceState, ExtensionState>> = {
  INVALID: { number: 4, text: 'Unavailable' },
  UNKNOWN: IDLE,
  UNAVAILABLE: { number: 4, text: 'Unavailable' },
  NOT_INUSE: IDLE,
  ONHOLD: { number: 16, text: 'Hold' },
  RINGING: { number: 8, text: 'Ringing' },
  INUSE: { number: 1, text: 'InUse' },
  BUSY: { number: 2, text: 'Busy' },
  RINGINUSE: { number: 9, text: 'InUse&Ringing' },
};

export const extensionStateOf = (state: DeviceState): ExtensionState => EXTENSION_STATES[state];

const IN_USE: ReadonlySet<DeviceState> = new Set(['INUSE', 'BUSY', 'ONHOLD']);

/** Of several devices; of none UNKNOWN. */
export function combinedState(states: readonly DeviceState[]): DeviceState {
  const ringing = states.some(state => state === 'RINGING' || state === 'RINGINUSE');
  if (ringing && states.some(state => IN_USE.has(state))) return 'RINGINUSE';
  const strongest = Math.max(-1, ...states.map(state => deviceStates.indexOf(state)));
  return deviceStates[strongest] ?? 'UNKNOWN';
}
