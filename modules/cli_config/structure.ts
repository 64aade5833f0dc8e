/** What may be wrong with the sections of any file: names that nobody reads, and names that stand twice. */
import { type ConfigFile, type ConfigFileDescription, type Finding, finding, type Section } from '#core';
import { describedSection, keyOf, meant } from './sections.js';

export function* structure({ sections }: ConfigFile, description: ConfigFileDescription): Generator<Finding> {
  const first = new Map<string, Section>();
  for (const section of sections) {
    if (section.template) continue;
    const { name } = section;
    const described = describedSection(description, name);
    if (!described) {
      const hint = meant(
        name,
        description.sections.map(one => one.name),
      );
      yield at('warning', section, `${description.file} has no section [${name}]: its lines have no effect${hint}`);
      continue;
    }
    const key = keyOf(description, name);
    const before = first.get(key);
    const come = described.lastCounts ? 'the last counts' : 'both count as one';
    if (before) yield at('notice', section, `[${name}] stands at ${placeOf(before)} too: ${come}`);
    else first.set(key, section);
  }
}

const placeOf = ({ file, line }: Section): string => `${file}:${line}`;

const at = (severity: Finding['severity'], { file, line }: Section, message: string): Finding =>
  finding(severity)({ file, line, message });
