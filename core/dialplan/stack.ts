/** Subroutines of the dialplan: where each goes back to, its arguments, and the variables that are its own. */
import type { Channel, Position } from '../channel/channel.js';
import { ApplicationError } from './application.js';
import { splitArguments } from './arguments.js';

export interface Frame {
  /** Where Return goes. */
  readonly back: Position;
  /** Names that hide what the caller has under them. */
  readonly locals: Set<string>;
  readonly arguments: number;
}

/** Subroutines within each other. One that calls itself without end must not take all memory. */
const DEEPEST = 500;

/** `[[context,]extension,]priority[(argument,…)]` */
export function parseSubroutine(text: string): { readonly target: string; readonly arguments: readonly string[] } {
  const open = text.indexOf('(');
  if (open < 0) return { target: text, arguments: [] };
  const close = text.lastIndexOf(')');
  if (close < open) throw new ApplicationError(`'${text}': the parenthesis is not closed`);
  return { target: text.slice(0, open), arguments: splitArguments(text.slice(open + 1, close), { raw: true }) };
}

/** The same with the extension and context that are left out: where it leads is settled, wherever the channel goes. */
export function fullSubroutine(text: string, { context, extension }: Pick<Position, 'context' | 'extension'>): string {
  const open = text.indexOf('(');
  const count = (open < 0 ? text : text.slice(0, open)).split(',').length;
  return [...[context, extension].slice(0, Math.max(0, 3 - count)), text].join(',');
}

/**
 * Enters a subroutine: the channel goes to `target`, and with leave() to `back`. ARG1 and so on and ARGC are its own.
 * @throws ApplicationError when too many are within each other
 */
export function enter(channel: Channel, target: Position, given: readonly string[], back: Position): void {
  const { stack } = channel;
  if (stack.length >= DEEPEST) throw new ApplicationError(`more than ${DEEPEST} subroutines within each other`);
  const masked = Math.max(given.length, stack.at(-1)?.arguments ?? 0);
  stack.push({ back, locals: new Set(), arguments: masked });
  for (let index = 0; index < masked; index++) setLocal(channel, `ARG${index + 1}`, given[index] ?? '');
  setLocal(channel, 'ARGC', String(given.length));
  channel.position = target;
}

/** Leaves the innermost subroutine, and forgets its variables. @returns where to go back to; undefined: it is in none */
export function leave(channel: Channel): Position | undefined {
  const frame = channel.stack.pop();
  for (const name of frame?.locals ?? []) channel.variables.delete(name);
  return frame?.back;
}

/** Sets a variable that ends with the subroutine. @returns whether the channel is in one */
export function setLocal(channel: Channel, name: string, value: string): boolean {
  const frame = channel.stack.at(-1);
  if (!frame) return false;
  if (frame.locals.has(name)) {
    channel.set(name, value);
    return true;
  }
  frame.locals.add(name);
  channel.variables.shadow(name, value);
  // So that whoever follows variables hears of it.
  channel.set(name, value);
  return true;
}

/** The variable as the subroutine so many calls further out has it; 0: the innermost. */
export function peekLocal(channel: Channel, outwards: number, name: string): string | undefined {
  const inner = outwards > 0 ? channel.stack.slice(-outwards) : [];
  return channel.variables.hidden(name, inner.filter(({ locals }) => locals.has(name)).length);
}
