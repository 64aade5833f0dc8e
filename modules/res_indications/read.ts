/** The countries of an indications.conf, with everything that is wrong in it. */
import {
  type ConfigFile,
  Invalid,
  initial,
  knows,
  LoadDeclined,
  type Problem,
  read,
  type Section,
  type ToneZone,
  variablesOf,
} from '#core';
import { country, general, OTHERS, parseTones } from './options.js';

export const FILE = 'indications.conf';

export interface Indications {
  /** The usual country. */
  readonly usual: string;
  readonly zones: readonly ToneZone[];
  readonly warnings: readonly Problem[];
}

interface Draft extends ToneZone {
  readonly alias: string;
  readonly place: Pick<Problem, 'file' | 'line'>;
}

/** @throws LoadDeclined with everything that is wrong */
export function readIndications(config: ConfigFile): Indications {
  const said = read(general, variablesOf(config, 'general'));
  const problems: Problem[] = [...said.problems];
  const warnings: Problem[] = [...said.warnings];
  const drafts = new Map<string, Draft>();
  for (const section of config.sections) {
    if (section.template || section.name.toLowerCase() === 'general') continue;
    const draft = draftOf(section, problems, warnings);
    const key = draft.country.toLowerCase();
    if (drafts.has(key)) problems.push({ ...draft.place, message: `[${section.name}] is there twice` });
    drafts.set(key, draft);
  }
  const zones = [...drafts.values()].map(draft => resolved(draft, drafts, problems));
  const { country: usual } = { ...initial(general), ...said.set };
  const place = said.places.get('country');
  if (place && drafts.size > 0 && !drafts.has(usual.toLowerCase())) {
    problems.push({ file: place.file, line: place.line, message: `country: there is no [${usual}]` });
  }
  if (problems.length > 0) throw new LoadDeclined(`${FILE} cannot be used`, problems, warnings);
  return { usual, zones, warnings };
}

function draftOf({ name, file, line, variables }: Section, problems: Problem[], warnings: Problem[]): Draft {
  const reading = read(
    country,
    variables.filter(variable => knows(country, variable.name)),
  );
  problems.push(...reading.problems);
  warnings.push(...reading.warnings);
  const values = { ...initial(country), ...reading.set };
  const tones = new Map<string, string>();
  for (const [option, value] of Object.entries(values)) {
    if (!OTHERS.has(option) && value !== '') tones.set(option, String(value));
  }
  for (const other of variables) {
    if (knows(country, other.name)) continue;
    try {
      tones.set(other.name, parseTones(other.value));
    } catch (thrown) {
      if (!(thrown instanceof Invalid)) throw thrown;
      problems.push({ file: other.file, line: other.line, message: `${other.name}: ${thrown.message}` });
    }
  }
  const { description, alias, ringcadence } = values;
  return { country: name, description, tones, cadence: ringcadence, alias, place: { file, line } };
}

/** With what it has of the country that it is another name of. */
function resolved(draft: Draft, all: ReadonlyMap<string, Draft>, problems: Problem[]): ToneZone {
  const { country: name, description, tones, cadence, alias, place } = draft;
  if (alias === '') return { country: name, description, tones, cadence };
  const other = all.get(alias.toLowerCase());
  if (other?.alias !== '') {
    const why = other ? 'which has an alias itself' : 'which is not there';
    problems.push({ ...place, message: `[${name}] is an alias of '${alias}', ${why}` });
    return { country: name, description, tones, cadence };
  }
  return {
    country: name,
    description: description || other.description,
    tones: new Map([...other.tones, ...tones]),
    cadence: cadence.length > 0 ? cadence : other.cadence,
  };
}
