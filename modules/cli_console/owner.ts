/** Names of users and groups to numbers, for astctlowner and astctlgroup. */
import { readFileSync } from 'node:fs';
import { LoadDeclined } from '#core';

/** @throws LoadDeclined when there is none of that name. */
export const userId = (name: string): number => idOf(name, 'user', '/etc/passwd');

/** @throws LoadDeclined when there is none of that name. */
export const groupId = (name: string): number => idOf(name, 'group', '/etc/group');

function idOf(name: string, kind: string, file: string): number {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [known, , id] = line.split(':');
    if (known === name) return Number(id);
  }
  throw new LoadDeclined(`astctl${kind === 'user' ? 'owner' : 'group'}: there is no ${kind} '${name}'`);
}
