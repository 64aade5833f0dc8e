/** Of a file with errors of its form, what is wrong with single values: what the whole comes to is not known. */
import { type ConfigFile, type ConfigFileDescription, type Finding, finding, read, type Section } from '#core';
import { describedSection } from './sections.js';

/** What its owner said of such values, in his words, and what he did not come to say. */
export function valuesAlone(
  said: readonly Finding[],
  { sections }: ConfigFile,
  description: ConfigFileDescription,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const section of sections.filter(({ template }) => !template)) {
    for (const one of wrongIn(section, said, description)) {
      const place = placeOf(one);
      found.set(place, said.find(other => placeOf(other) === place) ?? one);
    }
  }
  return [...found.values()];
}

/** A finding for each line of a section that is wrong by itself. */
function wrongIn(
  { name, variables }: Section,
  said: readonly Finding[],
  description: ConfigFileDescription,
): readonly Finding[] {
  const described = describedSection(description, name);
  if (!described) return [];
  if (!described.anyOption) {
    const { problems, warnings } = read(described.table, variables, {}, true);
    return [...problems.map(finding('error')), ...warnings.map(finding('warning'))];
  }
  // Where the names are free, the owner alone knows the values, and each stands for itself.
  const lines = new Set(variables.map(placeOf));
  return said.filter(one => one.severity === 'error' && lines.has(placeOf(one)));
}

const placeOf = ({ file, line }: Pick<Finding, 'file' | 'line'>): string => `${file}:${line}`;
