/** Configuration texts made by chance, for properties that hold whatever the text is. */
import fc from './property.js';

/** Pieces that mean something in the dialect, so that chance finds what chance alone would not. */
const piece = fc.constantFrom(
  ...[
    '[',
    ']',
    '(',
    ')',
    '!',
    '+',
    '=',
    '=>',
    '+=',
    ';',
    '\\;',
    ';--',
    '--;',
    ';---',
    '\\',
    '#include x',
    '#exec',
    ',',
  ],
  ...['\n', '\r\n', '\r', ' ', '\t', '\0', '\uFEFF', 'a', 'b', 'name', 'é', '-', '"'],
);

const some = (...texts: string[]) => fc.constantFrom(...texts);
const value = fc.array(some('a', '1', '\\;', ';-- c --;', ' ', '>', '\\', '[', '-'), { maxLength: 4 });
const comment = some('', '', ' ; c', ';', ';--', '--;', ' ;-- ; \\; --; ', '\\;', ';---');
const end = some('\n', '\n', '\r\n', '');
const joined = (...parts: fc.Arbitrary<string | string[]>[]) => fc.tuple(...parts).map(texts => texts.flat().join(''));

const header = joined(
  some('', ' ', '--; '),
  some('[a]', '[A]', '[b]', '[name]'),
  some('', '(!)', '(+)', '(a)', '(', '(+,b)'),
  comment,
  end,
);
const variable = joined(
  some('', ' ', '\\', '--; '),
  some('a', 'A', 'b', 'name', 'x y'),
  some('=', ' = ', '=>', ' => ', '+=', ' +=  '),
  value,
  comment,
  end,
);
const other = joined(fc.array(piece, { maxLength: 6 }), end);

/** Texts that look like configuration files, more or less. */
export const dialectText = fc
  .array(
    fc.oneof({ weight: 2, arbitrary: header }, { weight: 5, arbitrary: variable }, { weight: 1, arbitrary: other }),
    { maxLength: 12 },
  )
  .map(lines => lines.join(''));
