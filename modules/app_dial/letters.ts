/** The options of Dial: the only list of them. What each does stands beside it. */
import type { HelpRow } from '#core';

interface Letter extends HelpRow {
  /** Whether something stands in parentheses behind it. */
  readonly argument: boolean;
  /** Why it has no effect: what it needs is not there. */
  readonly idle?: string;
}

const flag = (name: string, help: string, idle?: string): Letter => ({
  name,
  help,
  argument: false,
  ...(idle !== undefined && { idle }),
});
const withArgument = (name: string, help: string, idle?: string): Letter => ({
  ...flag(name, help, idle),
  argument: true,
});

const TRANSFERS = 'transfers are not there yet';
const RECORDING = 'recording by key is not there yet';
const PARKING = 'parking is not there yet';

export const LETTERS = {
  A: withArgument('A', 'Play file x to who is called once they answer, and with x:y file y to who calls'),
  a: flag('a', 'Answer who calls at once'),
  b: withArgument('b', 'Subroutine [[context^]extension^]priority[(a^b)] on each channel before it is called'),
  B: withArgument('B', 'The same on the channel that calls, before any is called'),
  c: flag('c', 'Tell phones that stop ringing that the call was answered elsewhere'),
  C: flag('C', 'Begin the call record anew'),
  d: flag('d', 'A key while it rings is an extension of one digit in EXITCONTEXT, or the context'),
  D: withArgument('D', 'Send digits: called[:calling[:progress]]'),
  e: flag('e', 'Run extension h on who was called, too'),
  f: withArgument('f', 'Caller id of a forwarded call: the extension that was dialled, or what is given'),
  F: withArgument(
    'F',
    'When who calls hangs up, send who was called to [[context^]extension^]priority, or on in the dialplan',
  ),
  g: flag('g', 'Go on in the dialplan when who was called hangs up'),
  G: withArgument(
    'G',
    'Once answered, send who calls to [[context^]extension^]priority and who was called to the one behind',
  ),
  h: flag('h', 'Who was called may hang up by *'),
  H: flag('H', 'Who calls may hang up by *'),
  i: flag('i', 'Follow no forwarding'),
  I: flag('I', 'Tell nobody of a changed connected party'),
  k: flag('k', 'Who was called may park', PARKING),
  K: flag('K', 'Who calls may park', PARKING),
  L: withArgument('L', 'At most x ms, warned y ms before the end and every z ms: x[:y[:z]]'),
  m: withArgument('m', 'Music while it rings', 'music on hold is not there yet: it rings'),
  n: withArgument('n', 'Screening: do not keep the name that was said; n(1): not even where who calls gives up'),
  N: flag('N', 'Screening: not for callers with a caller id'),
  o: withArgument('o', 'Caller id as it was when the call came, or what is given'),
  p: flag('p', 'Screening: who calls says a name; who is called hears it and decides'),
  P: withArgument('P', 'Screening with a memory, in AstDB as privacy/<x, or the extension>:<number>'),
  Q: withArgument('Q', 'The cause that unanswered phones are told'),
  r: withArgument('r', 'Let it ring for who calls, whatever the other end says; r(x): by tone x of indications.conf'),
  R: flag('R', 'Let it ring until there is something to hear'),
  S: withArgument('S', 'Hang up so many seconds after the answer'),
  s: withArgument('s', 'The tag of the caller id'),
  t: flag('t', 'Who was called may transfer', TRANSFERS),
  T: flag('T', 'Who calls may transfer', TRANSFERS),
  u: withArgument('u', 'Presentation of the caller id'),
  U: withArgument('U', 'Subroutine on who was called, once they answer: x[^argument…]; GOSUB_RESULT says how to go on'),
  w: flag('w', 'Who was called may record', RECORDING),
  W: flag('W', 'Who calls may record', RECORDING),
  x: flag('x', 'Who was called may record to one file', RECORDING),
  X: flag('X', 'Who calls may record to one file', RECORDING),
  z: flag('z', 'A forwarded call has the whole time again'),
} as const satisfies Readonly<Record<string, Letter>>;

export type DialLetter = keyof typeof LETTERS;

/** The options that were given: those without parentheses have an empty text. */
export type DialOptions = ReadonlyMap<DialLetter, string>;

/** As the parser of options wants them. */
export const KINDS = Object.fromEntries(
  Object.values(LETTERS).map(({ name, argument }) => [name, argument ? 'argument' : 'flag']),
) as { readonly [L in DialLetter]: 'flag' | 'argument' };
