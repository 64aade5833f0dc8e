/** What lists say of a channel, in the words that tools look for. */
import type { Channel } from '#core';

const NONE = '(None)';

/** `600@internal:2`; who is called by no extension is nowhere yet. */
export function locationOf({ position: { context, extension, priority } }: Channel): string {
  return context === '' || extension === '' ? NONE : `${extension}@${context}:${priority}`;
}

export const applicationOf = ({ running }: Channel): string => running?.application ?? NONE;

/** `Dial(SIP/1009,20)` */
export const invocationOf = ({ running }: Channel): string =>
  running ? `${running.application}(${running.data})` : NONE;

/** Whole seconds. */
export const ageOf = (channel: Channel): number =>
  Math.max(0, Math.floor((channel.clock.now() - channel.createdAt) / 1000));

/** `01:02:03` */
export function clockTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map(part => String(part).padStart(2, '0')).join(':');
}

/** The numbers of accounting flags. */
const FLAGS: Readonly<Record<string, number>> = { OMIT: 1, BILLING: 2, DOCUMENTATION: 3 };

export const flagsOf = ({ amaflags }: Channel): number => FLAGS[amaflags.toUpperCase()] ?? 0;
