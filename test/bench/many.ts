/** A PBX with very many accounts, started as it is when it is installed; and what it finds of their registrations. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Obelisk } from '../support/obelisk.js';
import { addOwnWork } from './own-work.js';

const COMMAND = join(__dirname, '..', '..', '..', 'core', 'obelisk');
/** Accounts of a file: one may have 10 MB. */
const OF_A_FILE = 100_000;

export const manyName = (index: number): string => String(1_000_000 + index);
export const manySecret = (name: string): string => `s${name}`;
/** Where each of them is: addresses that nobody else has. */
export const manyContact = (index: number): string =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}:5060`;

function accountsFrom(first: number, end: number): string {
  const sections: string[] = [];
  for (let index = first; index < end; index++) {
    const name = manyName(index);
    sections.push(`[${name}](phone)\nsecret=${manySecret(name)}\n`);
  }
  return sections.join('');
}

/** Not started yet. A device is where its contact says, so that one socket can stand for all of them. */
export async function manyAccounts(count: number, files: Readonly<Record<string, string>> = {}): Promise<Obelisk> {
  const included: Record<string, string> = {};
  for (let first = 0; first < count; first += OF_A_FILE) {
    included[`sip-${first / OF_A_FILE}.conf`] = accountsFrom(first, Math.min(count, first + OF_A_FILE));
  }
  const pbx = await Obelisk.create(
    {
      'logger.conf': '[logfiles]\nmessages => notice,warning,error\n',
      'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\nrealm=bench\nnat=no\n[phone](!)\ntype=friend\nhost=dynamic\n${Object.keys(
        included,
      )
        .map(name => `#include ${name}\n`)
        .join('')}`,
      ...included,
      ...files,
    },
    { start: false },
  );
  await addOwnWork(pbx);
  return Obelisk.over(pbx.directory, COMMAND);
}

/** What an earlier run has left in AstDB. */
export function fillAstDb({ directory }: Obelisk, count: number, granted = 3600): void {
  mkdirSync(join(directory, 'lib'), { recursive: true });
  const database = new Database(join(directory, 'lib', 'astdb.sqlite3'));
  database.exec('CREATE TABLE IF NOT EXISTS astdb (key TEXT PRIMARY KEY, value TEXT)');
  const insert = database.prepare('INSERT OR REPLACE INTO astdb (key, value) VALUES (?, ?)');
  database.transaction(() => {
    for (let index = 0; index < count; index++) {
      const [name, place] = [manyName(index), manyContact(index)];
      insert.run(`/SIP/Registry/${name}`, `${place}:${granted}:${name}:sip:${name}@${place}`);
    }
  })();
  database.close();
}
