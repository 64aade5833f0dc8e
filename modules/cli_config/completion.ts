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

export function optionsFor(configuration: Configuration, file = '', section = ''): string[] {
  const description = configuration.describedAs(file)?.description;
  const table = description && describedSection(description, section)?.table;
  return Object.keys(table ?? {});
}
