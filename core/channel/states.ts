/** The states of a channel, numbered as commands and the manager number them. */

export const channelStates = [
  'Down',
  'Rsrvd',
  'OffHook',
  'Dialing',
  'Ring',
  'Ringing',
  'Up',
  'Busy',
  'Dialing Offhook',
  'Pre-ring',
  'Mute',
] as const;

/** `Ring`: it calls us and waits for an answer. `Ringing`: we call it, and it rings. */
export type ChannelState = (typeof channelStates)[number];

export const stateNumber = (state: ChannelState): number => channelStates.indexOf(state);
