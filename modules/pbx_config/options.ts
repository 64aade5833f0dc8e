/** extensions.conf: the only list of its options and of the lines of a context. */
import { custom, type Option, parseExtension, parseInclude, parseSwitch, text, type Values, yesno } from '#core';
import { parseExten, parsePriority } from './lines.js';

export const general = {
  static: yesno(false, 'Whether the dialplan may be written back.', { never: '`config set` writes this file' }),
  writeprotect: yesno(false, 'Whether writing back is forbidden.', { never: '`config set` writes this file' }),
  autofallthrough: yesno(
    true,
    'Whether a call whose priorities run out ends, with the tone that DIALSTATUS stands for. If not, it waits for digits.',
  ),
  extenpatternmatchnew: yesno(false, 'How patterns are looked up.', {
    never: 'look-ups are compiled, and find the same either way',
  }),
  clearglobalvars: yesno(false, 'Whether a reload forgets global variables that are not in [globals].'),
  userscontext: text('default', 'The context of what users.conf defines.', { never: 'there is no users.conf' }),
  overrideswitch: custom<string>(
    '',
    'Name/data',
    'A switch that is asked before the extensions of each context.',
    value => {
      if (value !== '') parseSwitch(value, true, '');
      return value;
    },
  ),
} as const;

export type General = Values<typeof general>;

/** The names are the operator's to choose. */
export const globals = {
  NAME: text('', 'A global variable: ${NAME} in the dialplan. Its value may name those before it.'),
} as const;

/** A line of a context: several of a name are several lines, in their order. */
const line = (expects: string, help: string, parse: (value: string) => unknown, key?: (value: string) => string) =>
  custom<string>(
    '',
    expects,
    help,
    value => {
      parse(value);
      return value;
    },
    { repeats: key ?? (value => value) },
  ) satisfies Option<string>;

/** The same for lines about the same priority of an extension, where it is a number. */
const placeIn = (value: string): string => /^([^,]*,\s*(?:\d+|hint))\b/.exec(value)?.[1] ?? value;

export const context = {
  exten: line(
    'extension[/caller],priority[(label)],application[(arguments)]',
    'What is done at a priority of an extension. The extension may be a pattern: _ before X (0-9), Z (1-9), N (2-9), ' +
      '[1-36], . (one or more of anything) and ! (none or more, without waiting for more). With a caller it is for calls ' +
      'from that number or pattern alone, with an empty one for calls without a number. The priority is a number, n (one ' +
      'more than the last), s (as the last), a label, or hint: then devices follow, joined by &, whose state it has.',
    parseExten,
    placeIn,
  ),
  same: line(
    'priority[(label)],application[(arguments)]',
    'The same for the extension of the line before.',
    parsePriority,
  ),
  include: line(
    'context[,times,weekdays,days,months[,timezone]]',
    'Another context, whose extensions are looked at after those of this one and its switches: always, or at those times, ' +
      'such as 09:00-17:00,mon-fri,*,*.',
    value => parseInclude(value, ''),
  ),
  switch: line('Name/data', 'Somebody else who may know extensions, such as Realtime/context@family.', value =>
    parseSwitch(value, false, ''),
  ),
  eswitch: line('Name/data', 'The same, its variables replaced at each call.', value => parseSwitch(value, true, '')),
  lswitch: line('Name/data', 'The same, its variables never replaced.', value => parseSwitch(value, false, '')),
  ignorepat: line('pattern', 'Digits after which the dial tone goes on.', parseExtension),
  autohints: yesno(false, 'Whether each device gets a hint under its name.'),
} as const;
