/** func_cut: parts of a variable between delimiters. */
import { ApplicationError, type Dialplan, type DialplanFunction, defineModule, dialplan, splitArguments } from '#core';

/** `1`, `2-4`, `3-`, `-2`, several with `&`: which fields, as the caller counts them. @throws ApplicationError */
function* fieldsOf(text: string, count: number): Generator<number> {
  for (const range of text.split('&')) {
    const found = /^\s*(\d*)\s*(-?)\s*(\d*)\s*$/.exec(range);
    if (!found || (found[1] === '' && found[3] === '')) throw new ApplicationError(`'${range}' is no range of fields`);
    const first = found[1] === '' ? 1 : Number(found[1]);
    const last = found[2] === '' ? first : found[3] === '' ? count : Number(found[3]);
    for (let at = Math.max(first, 1); at <= Math.min(last, count); at++) yield at;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** One character; `\n` and its like, and a backslash before one that means something here. */
function delimiterOf(text: string): string {
  const bare = text.replace(/^"(.+)"$/, '$1');
  if (bare === '') return '-';
  return bare[0] === '\\' && bare.length > 1 ? (ESCAPES[bare[1]!] ?? bare[1]!) : bare[0]!;
}

const cut = (plan: Dialplan): DialplanFunction => ({
  name: 'CUT',
  synopsis: 'Gets fields of a variable.',
  syntax: 'CUT(varname[,char-delim[,range-spec]])',
  arguments: [
    { name: 'varname', help: 'The bare name of the variable', required: true },
    { name: 'char-delim', help: 'What parts the fields; - by itself' },
    { name: 'range-spec', help: '1, 2-4, 3-, -2, several parted by &', required: true },
  ],
  async read({ channel, data }) {
    const [name = '', delimiter = '', range = ''] = splitArguments(data, { most: 3, raw: true });
    if (range === '') throw new ApplicationError('CUT expects a variable, a delimiter and a range');
    const value = await plan.read(channel, name);
    const by = delimiterOf(delimiter);
    const fields = value.split(by);
    return [...fieldsOf(range, fields.length)].map(at => fields[at - 1]!).join(by);
  },
});

const MOST_SORTED = 10_000;

const sort: DialplanFunction = {
  name: 'SORT',
  synopsis: 'Sorts a list of keys by their values.',
  syntax: 'SORT(key1:val1[,...][,keyN:valN])',
  read({ data }) {
    const pairs = splitArguments(data)
      .slice(0, MOST_SORTED)
      .map(pair => {
        const colon = pair.indexOf(':');
        const value = colon < 0 ? Number.NaN : Number.parseFloat(pair.slice(colon + 1));
        return { key: colon < 0 ? pair : pair.slice(0, colon), value: Number.isNaN(value) ? 0 : value };
      });
    return pairs
      .sort((a, b) => a.value - b.value)
      .map(({ key }) => key)
      .join(',');
  },
};

export default defineModule({
  name: 'func_cut',
  description: 'Cut out information from a string',
  loadModule: core => core.dialplanFunction(cut(core.use(dialplan)), sort),
});
