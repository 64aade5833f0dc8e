/** http.conf as it is taken: options checked, certificates read. */
import {
  type Certificates,
  type ConfigFile,
  type Core,
  FileMissing,
  formatProblem,
  initial,
  type Line,
  LoadDeclined,
  type Problem,
  read,
  readCertificates,
  settings,
  variablesOf,
} from '#core';
import { type General, general } from './options.js';

const FILE = 'http.conf';
const TLS_PORT = 8089;

/** Where to listen; port 0 stands for any. */
export interface Wanted {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
}

export interface HttpConfig {
  readonly general: General;
  readonly wanted: readonly Wanted[];
  /** Undefined while there is no HTTPS. */
  readonly certificates: Certificates | undefined;
}

/** Without the file the server is off. @throws LoadDeclined with everything that is wrong */
export async function readHttpConf(core: Core): Promise<HttpConfig> {
  const file = await fileOf(core);
  if (!file) return { general: initial(general), wanted: [], certificates: undefined };
  const read = valuesOf(file);
  const { values, places } = read;
  for (const warning of read.warnings) core.log.warning(formatProblem(warning));
  for (const { name, template } of file.sections) {
    if (!template && name !== 'general') core.log.warning(`${FILE}: [${name}] has no effect here`);
  }
  const waiting = Object.entries(general).filter(([name, row]) => 'later' in row && places.has(name));
  if (waiting.length > 0) {
    core.log.notice(`${FILE}: options that are read and not in force yet: ${waiting.map(([name]) => name).join(', ')}`);
  }
  const certificates = await certificatesOf(read, core.use(settings).directories.astetcdir, core.clock.now());
  for (const warning of certificates?.warnings ?? []) core.log.warning(`${FILE}: ${warning}`);
  return { general: values, wanted: wantedBy(values), certificates };
}

/** What the file says by itself. */
export interface HttpValues {
  readonly values: General;
  /** The line that decided each value. */
  readonly places: ReadonlyMap<string, Line>;
  readonly warnings: readonly Problem[];
}

/** @throws LoadDeclined with everything that is wrong */
export function valuesOf(file: ConfigFile): HttpValues {
  const { set, places, problems, warnings } = read(general, variablesOf(file, 'general'));
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems, warnings);
  return { values: { ...initial(general), ...set }, places, warnings };
}

/** Undefined while there is no HTTPS. @throws LoadDeclined with everything that is wrong */
export async function certificatesOf(
  { values, places }: HttpValues,
  directory: string,
  now: number,
): Promise<Certificates | undefined> {
  if (!wantedBy(values).some(({ secure }) => secure)) return undefined;
  return readCertificates({ file: FILE, settings: values, places, directory, now });
}

async function fileOf(core: Core): Promise<ConfigFile | undefined> {
  try {
    return await core.config(FILE);
  } catch (thrown) {
    if (thrown instanceof FileMissing) return undefined;
    throw thrown;
  }
}

function wantedBy({ enabled, bindaddr, bindport, tlsenable, tlsbindaddr }: General): Wanted[] {
  if (!enabled) return [];
  const plain = { secure: false, address: bindaddr.host || '127.0.0.1', port: bindaddr.port ?? bindport };
  const secure = { secure: true, address: tlsbindaddr.host || plain.address, port: tlsbindaddr.port ?? TLS_PORT };
  return tlsenable ? [plain, secure] : [plain];
}
