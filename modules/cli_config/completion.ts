/** Candidates for the parameters of these commands: files, their sections, the options of those. */
import type { Configuration } from '#core';
import { describedSection } from './sections.js';

export const fileNames = (configuration: Configuration): string[] => [
  ...new Set(configuration.described().map(({ description }) => description.file)),
];

/** Sections whose names are given by the description. */
export function sectionsFor(configuration: Configuration, file: string | undefined): string[] {
  const description = file === undefined ? undefined : configuration.describedAs(file)?.description;
  return (description?.sections ?? []).map(({ name }) => name);
}

/** Sections that a file has or may have: those with a name of their own, and what whoever runs has read. */
export function sectionsIn(configuration: Configuration, file = ''): string[] {
  const described = configuration.describedAs(file)?.description.sections ?? [];
  const own = described.filter(({ anyName }) => !anyName).map(({ name }) => name);
  const read = [...(configuration.running?.sections(file) ?? [])];
  const known = new Set(read.map(name => name.toLowerCase()));
  return [...read, ...own.filter(name => !known.has(name.toLowerCase()))];
}

export function optionsFor(configuration: Configuration, file = '', section = ''): string[] {
  const description = configuration.describedAs(file)?.description;
  const table = description && describedSection(description, section)?.table;
  return Object.keys(table ?? {});
}
