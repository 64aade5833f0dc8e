/** Everything that is to be said of a configuration file: by the dialect, by its owner, and by what all files have in common. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import {
  type ConfigFileDescription,
  type Configuration,
  type Described,
  FileMissing,
  type Finding,
  finding,
  LoadDeclined,
  type Look,
  refusal,
  type Surroundings,
  severities,
} from '#core';
import { structure } from './structure.js';
import { valuesAlone } from './values.js';
import { waiting } from './waiting.js';

/** A file with what is to be said of it. */
export interface Checked {
  /** As it was asked for. */
  readonly file: string;
  readonly findings: readonly Finding[];
}

/** All files that are read here; one that is not there is told of where its owner cannot be without it. */
export async function checkAll(configuration: Configuration): Promise<readonly Checked[]> {
  const around = await configuration.surroundings();
  const checked: Checked[] = [];
  const read = new Set<string>();
  for (const described of configuration.described()) {
    const { file, needed = false } = described.description;
    const findings = await findingsOf(configuration, file, described, around, needed, read);
    if (findings) checked.push({ file, findings });
  }
  const strange = await unread(configuration, read);
  if (strange && checked.length > 0) {
    const { file, findings } = checked.pop()!;
    checked.push({ file, findings: [...findings, strange] });
  }
  return checked;
}

/** So many names are told of files that nobody reads: a directory of Asterisk has a hundred. */
const MOST_NAMED = 8;

/** What a directory of Asterisk has and no module here asks for. */
async function unread(configuration: Configuration, read: ReadonlySet<string>): Promise<Finding | undefined> {
  const { astetcdir } = configuration.settings.directories;
  if (!existsSync(astetcdir)) return undefined;
  const known = new Set(configuration.described().map(({ description }) => description.file));
  const names = (await readdir(astetcdir)).filter(name => name.endsWith('.conf')).sort();
  const [file, ...others] = names.filter(name => !known.has(name) && !read.has(resolve(astetcdir, name)));
  if (file === undefined) return undefined;
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  const message = `nobody here reads this file${others.length > 0 ? `, nor ${named}${more}` : ''}`;
  return finding('notice')({ file, line: 0, message });
}

/** One file, whether it is read by itself, is included by one that is, or is read by nobody. */
export async function checkOne(configuration: Configuration, file: string): Promise<Checked> {
  const around = await configuration.surroundings();
  const described = configuration.describedAs(file);
  if (described) return { file, findings: (await findingsOf(configuration, file, described, around, true))! };
  for (const parent of configuration.described()) {
    const { findings, included } = await within(configuration, parent, file, around);
    if (included) return { file, findings };
  }
  const findings = (await findingsOf(configuration, file, undefined, around, true))!;
  if (findings.some(({ line, severity }) => line === 0 && severity === 'error')) return { file, findings };
  const message = 'nobody here reads this file: only its form was looked at';
  return { file, findings: [...findings, finding('notice')({ file, line: 0, message })] };
}

/** Undefined: it is not there, and nobody is wronged by that. */
async function findingsOf(
  configuration: Configuration,
  file: string,
  described: Described | undefined,
  around: Surroundings,
  needed: boolean,
  read = new Set<string>(),
): Promise<readonly Finding[] | undefined> {
  try {
    const look = await configuration.look(file);
    for (const path of look.read) read.add(path);
    const findings = sorted(await judged(look, described?.description, around));
    return [...elsewhere(configuration, file, around), ...findings];
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    if (thrown instanceof FileMissing && !needed) return undefined;
    return [finding('error')({ file, line: 0, message: withoutName(file, thrown.reason) })];
  }
}

/** Of a file that lies in a table: without a PBX nobody can look there. */
function elsewhere({ running }: Configuration, file: string, around: Surroundings): Finding[] {
  const place = running ? undefined : around.mapped(file);
  if (place === undefined) return [];
  const message = `it lies in ${place}: what is on disk is not what is read`;
  return [finding('notice')({ file, line: 0, message })];
}

/** The findings of an included file, when that file includes it. */
async function within(configuration: Configuration, parent: Described, file: string, around: Surroundings) {
  const path = resolve(configuration.settings.directories.astetcdir, file);
  const name = nameIn(configuration.settings.directories.astetcdir, path);
  try {
    const look = await configuration.look(parent.description.file);
    if (!look.read.includes(path)) return { included: false, findings: [] };
    const findings = sorted(await judged(look, parent.description, around));
    return { included: true, findings: findings.filter(one => one.file === name) };
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    return { included: false, findings: [] };
  }
}

async function judged(
  look: Look,
  description: ConfigFileDescription | undefined,
  around: Surroundings,
): Promise<Finding[]> {
  const { config, problems, notices } = look;
  const said = [...problems.map(finding('error')), ...notices.map(finding('notice'))];
  if (problems.length > 0) {
    said.push(...config.warnings.map(finding('warning')));
    // What the owner would say of the whole could be wrong: something is missing.
    const values = description
      ? valuesAlone(await ownersWord(look, description, around, false), config, description)
      : [];
    return [...said, ...values.filter(isNew(new Set(said.map(placeOf))))];
  }
  said.push(...(await ownersWord(look, description, around, true)));
  for (const warning of config.warnings.map(finding('warning'))) if (!tells(said, warning)) said.push(warning);
  if (!description) return said;
  const told = new Set(said.map(placeOf));
  return [...said, ...[...structure(config, description), ...waiting(config, description)].filter(isNew(told))];
}

/** Which place was spoken of already, by somebody who knows more. */
const isNew = (told: ReadonlySet<string>) => (one: Finding) => !told.has(placeOf(one));

const placeOf = ({ file, line }: Finding): string => `${file}:${line}`;

const tells = (said: readonly Finding[], { file, line, message }: Finding): boolean =>
  said.some(one => one.file === file && one.line === line && one.message === message);

/** `named`: files that it names are looked at, too. */
async function ownersWord(
  { config }: Look,
  description: ConfigFileDescription | undefined,
  around: Surroundings,
  named: boolean,
): Promise<readonly Finding[]> {
  const said: Finding[] = [];
  try {
    said.push(...(description?.check?.(config, around) ?? []));
    if (named) said.push(...((await description?.checkNamed?.(config, around)) ?? []));
  } catch (thrown) {
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    said.push(...refusal(config.name, thrown));
  }
  return said;
}

/** By file, in the order of first mention; within one by line, the worse first. */
function sorted(findings: readonly Finding[]): Finding[] {
  const files = [...new Set(findings.map(({ file }) => file))];
  const rank = ({ severity }: Finding): number => severities.indexOf(severity);
  return findings.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || rank(a) - rank(b),
  );
}

const withoutName = (file: string, reason: string): string =>
  reason.startsWith(`${file}: `) ? reason.slice(file.length + 2) : reason;

const nameIn = (directory: string, path: string): string => {
  const inside = relative(directory, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
};
