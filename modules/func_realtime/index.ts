/** func_realtime: rows of realtime families in the dialplan. */
import {
  ApplicationError,
  type Condition,
  type Core,
  type DialplanFunction,
  defineModule,
  type FunctionCall,
  type Realtime,
  RealtimeFailed,
  type Row,
  realtime,
  splitArguments,
  within,
} from '#core';

/** How long a call waits for a database. */
const PATIENCE = 5000;

/** A call goes on without an answer while the database is away. */
async function asked<T>(core: Core, work: Promise<T>): Promise<T> {
  try {
    return await within(core.clock, PATIENCE, work);
  } catch (thrown) {
    if (thrown instanceof RealtimeFailed) throw new ApplicationError(thrown.message);
    throw new ApplicationError(
      `the database does not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}

const where = (column: string, value: string): Condition[] => [{ column, operator: '=', value }];

function family(rows: Realtime, name: string): string {
  const word = name.trim();
  if (!rows.maps(word)) throw new ApplicationError(`extconfig.conf maps no family '${word}'`);
  return word;
}

const filled = (row: Row): [string, string][] =>
  Object.entries(row).flatMap(([column, value]) => (value === null || value === '' ? [] : [[column, value]]));

const table = (core: Core, rows: Realtime): DialplanFunction => ({
  name: 'REALTIME',
  synopsis: 'Gets or sets a row of a realtime family.',
  syntax: 'REALTIME(family,fieldmatch[,matchvalue[,delim1|field[,delim2]]])',
  arguments: [
    { name: 'family', help: 'As extconfig.conf names it', required: true },
    { name: 'fieldmatch', help: 'The column to look in', required: true },
    { name: 'matchvalue', help: 'What it is to hold' },
    { name: 'delim1|field', help: 'Read: what parts the columns, a comma by itself. Write: the column to set' },
    { name: 'delim2', help: 'What parts a column from its value, = by itself' },
  ],
  async read({ data }) {
    const [name = '', column = '', value = '', between = ',', equals = '='] = splitArguments(data);
    const row = await asked(core, rows.load(family(rows, name), where(column, value)));
    return row
      ? filled(row)
          .map(([key, text]) => `${key}${equals}${text}`)
          .join(between)
      : '';
  },
  async write({ data }, text) {
    const [name = '', column = '', value = '', field = ''] = splitArguments(data);
    if (field === '') throw new ApplicationError('REALTIME expects the column to set');
    const conditions = where(column, value);
    await asked(core, rows.update(family(rows, name), conditions, { [field]: text }));
  },
});

const field = (core: Core, rows: Realtime): DialplanFunction => ({
  name: 'REALTIME_FIELD',
  synopsis: 'Gets one column of a row of a realtime family.',
  syntax: 'REALTIME_FIELD(family,fieldmatch,matchvalue,fieldname)',
  async read({ data }) {
    const [name = '', column = '', value = '', wanted = ''] = splitArguments(data);
    const row = await asked(core, rows.load(family(rows, name), where(column, value)));
    return row?.[wanted] ?? '';
  },
});

const hash = (core: Core, rows: Realtime): DialplanFunction => ({
  name: 'REALTIME_HASH',
  synopsis: 'Gets a row of a realtime family for HASH().',
  syntax: 'REALTIME_HASH(family,fieldmatch,matchvalue)',
  async read(call: FunctionCall) {
    const [name = '', column = '', value = ''] = splitArguments(call.data);
    const row = await asked(core, rows.load(family(rows, name), where(column, value)));
    if (!row || !call.channel) return '';
    const columns = filled(row);
    const list = (texts: string[]): string => texts.map(text => text.replace(/[,\\]/g, '\\$&')).join(',');
    call.channel.set('~ODBCFIELDS~', list(columns.map(([key]) => key)));
    return list(columns.map(([, text]) => text));
  },
});

export default defineModule({
  name: 'func_realtime',
  description: 'Read/Write/Store/Destroy values from a RealTime repository',
  loadModule(core) {
    const rows = core.use(realtime);
    core.dialplanFunction(table(core, rows), field(core, rows), hash(core, rows));
  },
});
