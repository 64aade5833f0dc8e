/** The DSNs and drivers of an ODBC install: odbc.ini and odbcinst.ini, where unixODBC looks for them. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parse } from 'ini';
import { messageOf } from '#core';
import type { Environment } from './options.js';

/** Values by names in lower case. */
export type Section = ReadonlyMap<string, string>;

export interface Ini {
  /** Names are without regard to case. */
  section(name: string): Section | undefined;
}

export interface IniPaths {
  /** Those that come first count. */
  readonly dsns: readonly string[];
  readonly drivers: string;
}

/** What unixODBC is told by its environment. */
export function pathsOf({ ODBCINI, ODBCSYSINI, ODBCINSTINI }: Environment): IniPaths {
  const directory = ODBCSYSINI === '' ? '/etc' : ODBCSYSINI;
  const user = ODBCINI === '' ? join(homedir(), '.odbc.ini') : ODBCINI;
  const named = ODBCINSTINI === '' ? 'odbcinst.ini' : ODBCINSTINI;
  return {
    dsns: [user, join(directory, 'odbc.ini')],
    drivers: isAbsolute(named) ? named : join(directory, named),
  };
}

/** The text of a file, empty where there is none. @throws when it is there and cannot be read */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new Error(`${path} cannot be read: ${messageOf(thrown)}`);
  }
}

export function parseIni(text: string): Ini {
  const lines = text.split('\n').map(escaped).join('\n');
  const sections = new Map<string, Section>();
  for (const [name, values] of Object.entries(parse(lines))) {
    if (typeof values !== 'object' || values === null) continue;
    const pairs = Object.entries(values as Record<string, unknown>);
    sections.set(name.toLowerCase(), new Map(pairs.map(([key, value]) => [key.toLowerCase(), String(value).trim()])));
  }
  return { section: name => sections.get(name.toLowerCase()) };
}

/** To unixODBC a `#` or `;` begins a comment at the beginning of a line alone, and a point in a name is a point. */
function escaped(line: string): string {
  const text = line.trim();
  if (text.startsWith('[')) return text.replaceAll('.', '\\.');
  if (/^[#;]/.test(text) || /=\s*(["']).*\1$/.test(text)) return text;
  return text.replaceAll(/[\\#;]/g, '\\$&');
}
