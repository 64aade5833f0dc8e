import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../../core/config/dialect.js';
import { chainsOf, readExtConfig } from '../../../core/config/extconfig.js';

/** `family driver database table priority`, and the warnings. */
async function mapped(...lines: string[]): Promise<{ mappings: string[]; warnings: string[]; problems: string[] }> {
  const { config } = await parseText('extconfig.conf', `[settings]\n${lines.join('\n')}\n`);
  const { mappings, warnings, problems } = readExtConfig(config);
  return {
    mappings: mappings.map(({ family, driver, place, priority }) =>
      [family, driver, `<${place.database}>`, place.table, priority].join(' '),
    ),
    warnings: warnings.map(({ line, message }) => `${line}: ${message}`),
    problems: problems.map(({ line, message }) => `${line}: ${message}`),
  };
}

const taken: [what: string, line: string, mapping: string][] = [
  ['the table is called like the family when none is named', 'fam => sqlite3,db', 'fam sqlite3 <db> fam 1'],
  ['a file is a family like any other', 'queues.conf => odbc,db', 'queues.conf odbc <db> queues.conf 1'],
  ['the table has its own name', 'fam => sqlite3,db,tab', 'fam sqlite3 <db> tab 1'],
  ['an equals sign does for an arrow', 'fam = sqlite3,db,tab', 'fam sqlite3 <db> tab 1'],
  ['a database in quotes may contain commas', 'fam => ldap,"dc=a,dc=b",tab', 'fam ldap <dc=a,dc=b> tab 1'],
  ['a database in quotes may stand alone', 'fam => ldap,"dc=a,dc=b"', 'fam ldap <dc=a,dc=b> fam 1'],
  ['blanks do not count', 'fam =>  sqlite3 , db , tab , 1 ', 'fam sqlite3 <db> tab 1'],
  ['a driver may do without a database', 'fam => pgsql,,tab', 'fam pgsql <> tab 1'],
];

for (const [what, line, mapping] of taken) {
  test(`extconfig.conf: ${what}`, async () => {
    assert.deepEqual(await mapped(line), { mappings: [mapping], warnings: [], problems: [] });
  });
}

const remarked: [what: string, lines: string[], mappings: string[], warnings: string[]][] = [
  ...['acl', 'asterisk', 'extconfig', 'logger', 'modules', 'Logger'].map(
    (name): [string, string[], string[], string[]] => [
      `${name}.conf is never in a table`,
      [`${name}.conf => sqlite3,db`],
      [],
      [`2: ${name}.conf: is read before there is any driver, so it lies on disk; the line is ignored`],
    ],
  ),
  ...['x', '0', '-1', '1.5'].map((priority): [string, string[], string[], string[]] => [
    `the priority '${priority}' is taken as 1`,
    [`fam => sqlite3,db,tab,${priority}`],
    ['fam sqlite3 <db> tab 1'],
    [`2: fam: '${priority}' is no priority, which count from 1; taken as 1`],
  ]),
  [
    'of two lines with the same family and priority the later one counts, where it stands',
    ['fam => one,db', 'other => one,db', 'FAM => two,db'],
    ['other one <db> other 1', 'FAM two <db> FAM 1'],
    ['4: FAM: takes the place of extconfig.conf:2, which has the same priority'],
  ],
  [
    'a priority behind a gap is told',
    ['fam => one,db,tab,1', 'fam => three,db,tab,3'],
    ['fam one <db> tab 1', 'fam three <db> tab 3'],
    ['3: fam: priority 3 is never asked, there is no 2'],
  ],
  [
    'a family of friends is one of peers, on the old table',
    ['phonefriends => mysql,db'],
    ['phonepeers mysql <db> phonefriends 1'],
    ["2: phonefriends: is now called 'phonepeers'"],
  ],
];

for (const [what, lines, mappings, warnings] of remarked) {
  test(`extconfig.conf: ${what}`, async () => {
    assert.deepEqual(await mapped(...lines), { mappings, warnings, problems: [] });
  });
}

for (const value of ['sqlite3', ',db']) {
  test(`extconfig.conf: a line that says '${value}' maps nothing, which is a problem`, async () => {
    const expected = 'expected driver,database[,table[,priority]]';
    assert.deepEqual(await mapped(`fam => ${value}`, 'other => one,db'), {
      mappings: ['other one <db> other 1'],
      warnings: [],
      problems: [`2: fam: ${expected}, got '${value}'`],
    });
  });
}

test('a chain has the priorities in their order, whatever that of the lines, and ends at a gap', async () => {
  const lines = ['fam => c,db,,3', 'fam => a,db,,1', 'Fam => b,db,,2', 'fam => e,db,,5', 'late => z,db,,2'];
  const { config } = await parseText('extconfig.conf', `[settings]\n${lines.join('\n')}\n`);
  const chains = chainsOf(readExtConfig(config).mappings);
  assert.deepEqual(
    [...chains].map(([family, chain]) => [family, chain.map(({ driver }) => driver)]),
    [['fam', ['a', 'b', 'c']]],
  );
});
