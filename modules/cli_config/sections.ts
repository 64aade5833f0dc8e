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

/** All lines of the sections of that name, in order: several of one name count as one. Templates only where nothing else is. */
export function linesOf({ sections }: ConfigFile, name: string): readonly Variable[] | undefined {
  const all = sections.filter(section => sameName(section.name, name));
  const plain = all.filter(({ template }) => !template);
  const found = plain.length > 0 ? plain : all;
  return found.length === 0 ? undefined : found.flatMap(({ variables }) => variables);
}

/** Names of sections, each once, in order. */
export const sectionNames = (sections: readonly Pick<Section, 'name'>[]): string[] => [
  ...new Map(sections.map(({ name }) => [name.toLowerCase(), name])).values(),
];

/** `, did you mean [general]?`, or nothing. */
export const meant = (name: string, names: Iterable<string>): string => {
  const near = nearest(name, names);
  return near === undefined ? '' : `, did you mean [${near}]?`;
};
