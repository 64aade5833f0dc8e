/** What may be wrong with the sections of any file: names that nobody reads, and names that stand twice. */
import { type ConfigFile, type ConfigFileDescription, type Finding, finding, type Section } from '#core';
import { describedSection, meant } from './sections.js';

export function* structure({ sections }: ConfigFile, description: ConfigFileDescription): Generator<Finding> {
  const first = new Map<string, Section>();
  for (const section of sections) {
    if (section.template) continue;
    const { name } = section;
    if (!describedSection(description, name)) {
      const hint = meant(
        name,
        description.sections.map(one => one.name),
      );
      yield at('warning', section, `${description.file} has no section [${name}]: its lines have no effect${hint}`);
      continue;
    }
    const before = first.get(name.toLowerCase());
    if (before) yield at('notice', section, `[${name}] stands at ${placeOf(before)} too: both count as one`);
    else first.set(name.toLowerCase(), section);
  }
}

const placeOf = ({ file, line }: Section): string => `${file}:${line}`;

const at = (severity: Finding['severity'], { file, line }: Section, message: string): Finding =>
  finding(severity)({ file, line, message });
