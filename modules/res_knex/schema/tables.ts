/** Every table that migrate() makes, with the original's columns. */
import { sippeers, sipregs } from './sippeers.js';
import { columns, type TableDefinition } from './table.js';

/** Files kept in a table (static realtime). */
const astConfig: TableDefinition = {
  name: 'ast_config',
  columns: {
    id: 'key',
    cat_metric: 'integer',
    var_metric: 'integer',
    filename: 128,
    category: 128,
    var_name: 128,
    var_val: 'text',
    commented: 'integer',
  },
  required: ['cat_metric', 'var_metric', 'filename', 'category', 'var_name', 'commented'],
  defaults: { cat_metric: 0, var_metric: 0, commented: 0 },
  unique: [],
  indexes: [['filename', 'commented']],
};

const extensions: TableDefinition = {
  name: 'extensions',
  columns: { id: 'key', context: 40, exten: 40, priority: 'integer', app: 40, appdata: 256 },
  required: ['context', 'exten', 'priority', 'app'],
  unique: [['context', 'exten', 'priority']],
  indexes: [],
};

const voicemail: TableDefinition = {
  name: 'voicemail',
  columns: {
    uniqueid: 'key',
    ...columns(80, 'context mailbox password fullname alias email pager'),
    attach: 5,
    attachfmt: 10,
    serveremail: 80,
    language: 20,
    tz: 30,
    ...columns(5, 'deletevoicemail saycid sendvoicemail review tempgreetwarn operator envelope'),
    sayduration: 'integer',
    ...columns(5, 'forcename forcegreetings'),
    ...columns(80, 'callback dialout exitcontext'),
    maxmsg: 'integer',
    volgain: 'decimal',
    ...columns(80, 'imapuser imappassword imapserver'),
    imapport: 8,
    imapflags: 80,
    stamp: 'datetime',
  },
  required: ['context', 'mailbox', 'password'],
  unique: [],
  indexes: [['mailbox'], ['context'], ['mailbox', 'context'], ['imapuser']],
};

/** Call records. */
const cdr: TableDefinition = {
  name: 'cdr',
  columns: {
    accountcode: 20,
    ...columns(80, 'src dst dcontext clid channel dstchannel lastapp lastdata'),
    ...columns('datetime', 'start answer end'),
    ...columns('integer', 'duration billsec'),
    ...columns(45, 'disposition amaflags'),
    userfield: 256,
    ...columns(150, 'uniqueid linkedid'),
    peeraccount: 20,
    sequence: 'integer',
  },
  required: [],
  unique: [],
  indexes: [],
};

export const tables: readonly TableDefinition[] = [sippeers, sipregs, astConfig, extensions, voicemail, cdr];
