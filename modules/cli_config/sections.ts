/** Sections of a configuration file, and the description that is theirs. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  nearest,
  type Section,
  type SectionDescription,
  type Variable,
} from '#core';

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The description of a section of that name: its own, or that of sections whose names are free. */
export const describedSection = ({ sections }: ConfigFileDescription, name: string): SectionDescription | undefined =>
  sections.find(section => !section.anyName && sameName(section.name, name)) ??
  sections.find(({ anyName }) => anyName === true);

/** What the sections of that name come to, in order: of several all lines, or those of the last. Templates only where nothing else is. */
export function linesOf(
  { sections }: ConfigFile,
  name: string,
  described: SectionDescription | undefined,
): readonly Variable[] | undefined {
  const exact = described?.anyName === true && sections.some(section => section.name === name);
  const all = sections.filter(section => (exact ? section.name === name : sameName(section.name, name)));
  const plain = all.filter(({ template }) => !template);
  const found = plain.length > 0 ? plain : all;
  if (found.length === 0) return undefined;
  return (described?.lastCounts ? found.slice(-1) : found).flatMap(({ variables }) => variables);
}

/** What tells a section from others: those whose names are free go by capitals, too. */
export const keyOf = (description: ConfigFileDescription | undefined, name: string): string =>
  description && describedSection(description, name)?.anyName ? name : name.toLowerCase();

/** Names of sections, each once, in order. */
export const sectionNames = (
  sections: readonly Pick<Section, 'name'>[],
  description: ConfigFileDescription | undefined,
): string[] => [...new Map(sections.map(({ name }) => [keyOf(description, name), name])).values()];

/** `, did you mean [general]?`, or nothing. */
export const meant = (name: string, names: Iterable<string>): string => {
  const near = nearest(name, names);
  return near === undefined ? '' : `, did you mean [${near}]?`;
};
