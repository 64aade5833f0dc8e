/** What is wrong or doubtful in the core's own files: first what a load would say, then what only a check has the time for. */
import { hostname } from 'node:os';
import { NamedAcls } from '../acl.js';
import type { Problem } from '../errors.js';
import { readLoggerConf } from '../log/conf.js';
import { readModulesConf } from '../modules-conf.js';
import { Plan } from '../plan.js';
import { readSettings } from '../settings.js';
import type { ConfigFile } from './config-file.js';
import { type Finding, finding, type Surroundings } from './description.js';
import { type ExtConfig, type Mapping, readExtConfig } from './extconfig.js';
import { nearest } from './options.js';

export const checkAsterisk = (config: ConfigFile, { settings }: Surroundings): readonly Finding[] =>
  readSettings(config, settings.file, hostname()).warnings.map(finding('warning'));

export const checkLogger = (config: ConfigFile): readonly Finding[] =>
  readLoggerConf(config).warnings.map(finding('warning'));

export function checkAcls(config: ConfigFile): readonly Finding[] {
  const lists = new NamedAcls();
  const findings = lists.configure(config).warnings.map(finding('warning'));
  for (const { name, rules } of lists.rows()) {
    const section = config.sections.find(candidate => candidate.name === name && !candidate.template)!;
    const warn = (message: string) => findings.push({ ...placeOf(section), severity: 'warning', message });
    if (rules.length === 0) warn(`[${name}] has no rule: everybody passes`);
    else if (rules.every(({ permit }) => permit)) {
      warn(`[${name}] denies nobody: an address that no line matches may pass, so begin with deny=0.0.0.0/0.0.0.0`);
    }
  }
  return findings;
}

export function checkModules(config: ConfigFile, { modules }: Surroundings): readonly Finding[] {
  const conf = readModulesConf(config);
  const plan = new Plan(conf, modules);
  const findings = [...conf.warnings, ...plan.warnings].map(finding('warning'));
  if (plan.fatal) findings.push(finding('error')(plan.fatal));
  const told = new Set(findings.map(({ file, line }) => `${file}:${line}`));
  const strange = conf.wishes.filter(
    ({ name, file, line }) => plan.unknown.includes(name) && !told.has(`${file}:${line}`),
  );
  if (strange[0]) {
    const message = `not part of this PBX, and passed over: ${strange.map(({ name }) => name).join(', ')}`;
    findings.push({ ...placeOf(strange[0]), severity: 'notice', message });
  }
  return findings;
}

export function checkExtConfig(config: ConfigFile, around: Surroundings): readonly Finding[] {
  const read = readExtConfig(config);
  return [
    ...read.problems.map(finding('error')),
    ...read.warnings.map(finding('warning')),
    ...driversOf(read, around),
    ...read.mappings.flatMap(mapping => familyOf(mapping, around)),
  ];
}

/** A mapping whose driver is not there. */
const driversOf = ({ mappings }: ExtConfig, { modules, runs }: Surroundings): Finding[] =>
  mappings.flatMap(({ family, driver, ...place }): Finding[] => {
    const known = modules.find(({ drivers }) => drivers?.includes(driver.toLowerCase()));
    const at = placeOf(place);
    if (known && runs(known.name)) return [];
    if (known) {
      const message = `${family}: its driver '${driver}' is not loaded; modules.conf needs load => ${known.name}`;
      return [{ ...at, severity: 'warning', message }];
    }
    const near = nearest(
      driver,
      modules.flatMap(({ drivers = [] }) => drivers),
    );
    const hint = near === undefined ? 'so nothing is read from there' : `did you mean '${near}'?`;
    return [{ ...at, severity: 'warning', message: `${family}: no module is the driver '${driver}', ${hint}` }];
  });

/** A family that nobody asks for, or a file that nobody reads. */
function familyOf({ family, ...place }: Mapping, { modules, reads }: Surroundings): Finding[] {
  const name = family.toLowerCase();
  const known = modules.flatMap(({ families = [] }) => families);
  if (name === 'global' || known.includes(name) || reads(family)) return [];
  const at = placeOf(place);
  if (name.endsWith('.conf')) return [{ ...at, severity: 'notice', message: `no module here reads ${family}` }];
  const near = nearest(name, known);
  if (near === undefined)
    return [{ ...at, severity: 'notice', message: `no module here asks for the family '${family}'` }];
  return [
    { ...at, severity: 'warning', message: `no module asks for the family '${family}', did you mean '${near}'?` },
  ];
}

const placeOf = ({ file, line }: Pick<Problem, 'file' | 'line'>): Pick<Problem, 'file' | 'line'> => ({ file, line });
