/** How Dial presents who is called, and who calls, before it calls. */
import { type Channel, type Core, NOBODY, type Party, type Presentation, presentations } from '#core';
import type { DialOptions } from './letters.js';

/** Where others run an application. */
const OUTGOING = { application: 'AppDial', data: '(Outgoing Line)' } as const;

/** Who the one that is called is, by which extension, and who calls as it is shown to them: as events and lists have it. */
export function present({ emit }: Pick<Core, 'emit'>, caller: Channel, callee: Channel, options: DialOptions): void {
  const known = callee.caller;
  const original = options.get('o');
  if (original !== undefined) callee.caller = original === '' ? caller.caller : partyOf(original);
  else if (callee.caller.number === undefined) callee.caller = { ...callee.caller, ...guessed(caller) };
  const shown = options.get('u')?.trim();
  const tag = options.get('s');
  callee.connected = {
    ...callee.connected,
    ...(shown !== undefined &&
      presentations.includes(shown as Presentation) && { presentation: shown as Presentation }),
    ...(tag !== undefined && { tag }),
  };
  callee.position = { ...callee.position, extension: caller.position.extension };
  callee.running = OUTGOING;
  emit('applicationStarted', { channel: callee, ...OUTGOING });
  if (callee.caller !== known) emit('callerIdChanged', { channel: callee });
  if (callee.connected.number || callee.connected.name) emit('connectedLineChanged', { channel: callee });
}

/** Who is called, where the driver does not know: whom the caller is told to be connected with, else what they dialled. */
function guessed({ connected, dnid, position }: Channel): Partial<Party> {
  if (connected.number !== undefined) return connected;
  return { number: dnid || position.extension };
}

/** `"name" <number>`, or a number. */
export function partyOf(text: string): Party {
  const found = /^\s*(?:"?([^"<]*?)"?\s*)?<([^>]*)>\s*$/.exec(text);
  return found ? { ...NOBODY, name: found[1] || undefined, number: found[2] } : { ...NOBODY, number: text };
}
