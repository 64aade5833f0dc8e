/** Options of a few words, some of which are yes and no; an unknown word is taken as something, with a warning. */
import { custom, type Option, type Remarks, truth } from '#core';

/** yes, no, or one of `words`; anything else is no. */
export const yesNoOr = <W extends string>(
  words: readonly W[],
  initial: W | 'yes' | 'no',
  help: string,
  remarks: Remarks,
): Option<W | 'yes' | 'no'> => {
  const expects = ['yes', 'no', ...words].join(', ');
  return custom<W | 'yes' | 'no'>(
    initial,
    expects,
    help,
    (text, _before, warn) => {
      const known = words.find(word => word === text.trim().toLowerCase());
      if (known !== undefined) return known;
      const answer = truth(text.trim());
      if (answer === undefined) warn(`'${text}' is not known and taken as no; expected ${expects}`);
      return answer ? 'yes' : 'no';
    },
    remarks,
  );
};

/** One of `words`; anything else is `initial`. */
export const wordElse = <W extends string>(
  words: readonly W[],
  initial: W,
  help: string,
  remarks: Remarks,
): Option<W> => {
  const expects = words.join(', ');
  return custom<W>(
    initial,
    expects,
    help,
    (text, _before, warn) => {
      const known = words.find(word => word.toLowerCase() === text.trim().toLowerCase());
      if (known === undefined) warn(`'${text}' is not known and taken as ${initial}; expected ${expects}`);
      return known ?? initial;
    },
    remarks,
  );
};
