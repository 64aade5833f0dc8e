/** manager.conf as it is taken: options checked, users with their rights, certificates read. */
import {
  type Acl,
  type Certificates,
  type ConfigFile,
  type Core,
  exemptDoubts,
  FileMissing,
  formatProblem,
  Invalid,
  initial,
  type Line,
  LoadDeclined,
  type Problem,
  read,
  readCertificates,
  type Section,
  sectionWith,
  settings,
  type Table,
  variablesOf,
} from '#core';
import { criteriaFilter, type Filter } from './filters.js';
import { type General, general, user } from './options.js';

const FILE = 'manager.conf';

/** Who may log in. */
export interface User {
  readonly name: string;
  readonly secret: string;
  /** Bits of classes. */
  readonly read: number;
  readonly write: number;
  readonly acl: Acl;
  /** Of the channels that it makes. */
  readonly variables: readonly string[];
  readonly filters: readonly Filter[];
  readonly writetimeout: number;
  readonly displayconnects: boolean;
  readonly allowmultiplelogin: boolean;
}

/** Where to listen; port 0 stands for any. */
export interface Wanted {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
}

export interface ManagerConfig {
  readonly general: General;
  /** The line that decided each value of [general]. */
  readonly places: ReadonlyMap<string, Line>;
  readonly users: ReadonlyMap<string, User>;
  readonly wanted: readonly Wanted[];
  readonly warnings: readonly Problem[];
  /** Options that wait for something, by what they wait for. */
  readonly waiting: readonly string[];
}

const nothing: ManagerConfig = {
  general: initial(general),
  places: new Map(),
  users: new Map(),
  wanted: [],
  warnings: [],
  waiting: [],
};

/** Without the file there is no manager interface. @throws LoadDeclined with everything that is wrong */
export async function readManagerConf(
  core: Core,
  hasAcl: (name: string) => boolean,
): Promise<{ config: ManagerConfig; certificates: Certificates | undefined }> {
  const file = await fileOf(core);
  if (!file) return { config: nothing, certificates: undefined };
  const config = valuesOf(file, hasAcl);
  const certificates = await certificatesOf(config, core.use(settings).directories.astetcdir, core.clock.now());
  for (const warning of config.warnings) core.log.warning(formatProblem(warning));
  for (const warning of certificates?.warnings ?? []) core.log.warning(`${FILE}: ${warning}`);
  if (config.waiting.length > 0) {
    core.log.notice(`${FILE}: options that are read and not in force yet: ${config.waiting.join(', ')}`);
  }
  return { config, certificates };
}

async function fileOf(core: Core): Promise<ConfigFile | undefined> {
  try {
    return await core.config(FILE);
  } catch (thrown) {
    if (thrown instanceof FileMissing) return undefined;
    throw thrown;
  }
}

/** What the file says by itself. @throws LoadDeclined with everything that is wrong */
export function valuesOf(file: ConfigFile, hasAcl: (name: string) => boolean): ManagerConfig {
  const lines = variablesOf(file, 'general');
  const elsewhere = sectionWith({ '[general]': general, 'a user': user });
  const reading = read(general, lines, {}, false, elsewhere);
  const values: General = { ...initial(general), ...reading.set };
  const problems = [...reading.problems];
  const warnings = [...reading.warnings, ...useless(general, lines)];
  const exempt = reading.places.get('banexempt');
  for (const message of exemptDoubts(values.banexempt, hasAcl))
    warnings.push({ file: exempt?.file ?? FILE, line: exempt?.line ?? 0, message });
  const waiting = new Set(waitingOf(general, lines));
  const users = new Map<string, User>();
  for (const section of file.sections) {
    if (section.template || section.name === 'general') continue;
    const found = readUser(section, values, elsewhere);
    problems.push(...found.problems);
    warnings.push(...found.warnings, ...doubts(section, found.user, hasAcl));
    for (const option of waitingOf(user, section.variables)) waiting.add(option);
    users.set(section.name, found.user);
  }
  if (values.enabled && values.bindaddr.host === '127.0.0.1' && !reading.places.has('bindaddr')) {
    warnings.push({ file: FILE, line: 0, message: 'no bindaddr: clients of this machine alone can connect' });
  }
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems);
  return { general: values, places: reading.places, users, wanted: wantedBy(values), warnings, waiting: [...waiting] };
}

/** Undefined while there is no TLS. @throws LoadDeclined with everything that is wrong */
export async function certificatesOf(
  { general: values, wanted, places }: ManagerConfig,
  directory: string,
  now: number,
): Promise<Certificates | undefined> {
  if (!wanted.some(({ secure }) => secure)) return undefined;
  return readCertificates({ file: FILE, settings: values, places, directory, now });
}

const CRITERIA = /^eventfilter\s*\((.*)\)$/i;

function readUser(section: Section, defaults: General, elsewhere: (option: string) => string | undefined) {
  const plain = section.variables.filter(({ name }) => !CRITERIA.test(name));
  const { set, problems, warnings } = read(user, plain, {}, false, elsewhere);
  const values = { ...initial(user), ...set };
  const more: Filter[] = [];
  const wrong: Problem[] = [...problems];
  for (const { name, value, file, line } of section.variables) {
    const criteria = CRITERIA.exec(name)?.[1];
    if (criteria === undefined) continue;
    try {
      more.push(criteriaFilter(criteria, value));
    } catch (thrown) {
      if (!(thrown instanceof Invalid)) throw thrown;
      wrong.push({ file, line, message: `eventfilter: ${thrown.message}` });
    }
  }
  const found: User = {
    name: section.name,
    secret: values.secret,
    read: values.read,
    write: values.write,
    acl: values.acl,
    variables: values.setvar,
    filters: [...values.eventfilter, ...more],
    writetimeout: values.writetimeout,
    displayconnects: values.displayconnects ?? defaults.displayconnects,
    allowmultiplelogin: values.allowmultiplelogin ?? defaults.allowmultiplelogin,
  };
  return { user: found, problems: wrong, warnings };
}

function doubts({ name, file, line }: Section, { secret, acl }: User, hasAcl: (name: string) => boolean): Problem[] {
  const messages = acl.names
    .filter(list => !hasAcl(list))
    .map(list => `acl.conf has no list '${list}': nobody can log in as '${name}'`);
  if (secret === '') messages.push(`'${name}' has no secret: nobody can log in as it`);
  return messages.map(message => ({ file, line, message }));
}

const waitingOf = (table: Table, lines: readonly Line[]): string[] =>
  lines.filter(({ name }) => table[name.toLowerCase()]?.later !== undefined).map(({ name }) => name.toLowerCase());

const useless = (table: Table, lines: readonly Line[]): Problem[] =>
  lines.flatMap(({ name, file, line }) => {
    const never = table[name.toLowerCase()]?.never;
    return never === undefined ? [] : [{ file, line, message: `${name} has no effect: ${never}` }];
  });

function wantedBy({ enabled, bindaddr, port, tlsenable, tlsbindaddr, tlsbindport }: General): Wanted[] {
  if (!enabled) return [];
  const plain = { secure: false, address: bindaddr.host || '127.0.0.1', port: bindaddr.port ?? port };
  const secure = { secure: true, address: tlsbindaddr.host || plain.address, port: tlsbindaddr.port ?? tlsbindport };
  return tlsenable ? [plain, secure] : [plain];
}
