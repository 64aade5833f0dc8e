/** Exceptions of the dialplan: why extension `e` runs, and where things went wrong. */
import type { Channel, Position } from '../channel/channel.js';
import type { DialplanFunction } from './application.js';

export interface Exception extends Position {
  /** `INVALID`, `RESPONSETIMEOUT`, `ABSOLUTETIMEOUT`, `ERROR`, or what RaiseException said. */
  readonly reason: string;
}

/** Sends the channel to extension `e` of the context it is in. */
export function raise(channel: Channel, reason: string): void {
  channel.exception = { reason, ...channel.position };
  channel.position = { ...channel.position, extension: 'e', priority: 1 };
}

const fields: Readonly<Record<string, (exception: Exception) => string>> = {
  reason: ({ reason }) => reason,
  context: ({ context }) => context,
  exten: ({ extension }) => extension,
  priority: ({ priority }) => String(priority),
};

export const exceptionFunction: DialplanFunction = {
  name: 'EXCEPTION',
  synopsis: 'What the dialplan went to extension e for.',
  syntax: 'EXCEPTION(field)',
  description: 'Empty while nothing went wrong on the channel.',
  arguments: [{ name: 'field', required: true, help: 'One of reason, context, exten and priority.' }],
  seeAlso: ['RaiseException()'],
  read({ channel, data }) {
    const exception = channel?.exception;
    const field = Object.hasOwn(fields, data.toLowerCase()) ? fields[data.toLowerCase()] : undefined;
    return exception && field ? field(exception) : '';
  },
};
