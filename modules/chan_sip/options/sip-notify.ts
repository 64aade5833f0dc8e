/** sip_notify.conf: the types of NOTIFY that `sip notify` sends, for the command, for help and for checks. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  type Core,
  FileMissing,
  finding,
  formatProblem,
  LoadDeclined,
  type Problem,
  text,
} from '#core';
import { faultOf, type NoticeLine } from './notify-line.js';

const FILE = 'sip_notify.conf';

/** The usual lines of a type. Any other header is a line too. */
const type = {
  Event: text('', 'What the device is told of.'),
  'Subscription-State': text('terminated', 'Of the subscription that there is none of.'),
  'Content-Type': text('', 'The kind of the body.'),
  Content: text('', 'A line of the body; several of them are its lines.', { repeats: value => value }),
} as const;

export const sipNotifyConf: ConfigFileDescription = {
  file: FILE,
  intro:
    'Types of NOTIFY that the command `sip notify <type> <peer>` sends to devices: to start again, to read their settings.\n' +
    'A section is a type, and its lines are headers of the request. A semicolon in a value is written as \\;',
  sections: [
    {
      name: 'check-settings',
      intro: 'A type. Its name is what the command calls it.',
      table: type,
      example: 'Event=>check-sync',
      anyName: true,
      anyOption: true,
    },
  ],
  check: config => typesOf(config).warnings.map(finding('warning')),
};

/** By name, as sections follow each other. */
export type NotifyTypes = ReadonlyMap<string, readonly NoticeLine[]>;

export interface ReadTypes {
  readonly types: NotifyTypes;
  readonly warnings: readonly Problem[];
}

export function typesOf(config: ConfigFile): ReadTypes {
  const types = new Map<string, NoticeLine[]>();
  const warnings: Problem[] = [];
  for (const { name, template, variables } of config.sections) {
    if (template) continue;
    const lines = types.get(name) ?? [];
    for (const line of variables) {
      const fault = faultOf(line);
      if (fault === undefined) lines.push({ name: line.name, value: line.value });
      else warnings.push({ file: line.file, line: line.line, message: `${fault}; the line is left out` });
    }
    types.set(name, lines);
  }
  return { types, warnings };
}

/** What is wrong with the file is no reason to lose the phones: it is told, and the types stay as they were. */
export async function readNotifyTypes(core: Pick<Core, 'config' | 'log'>, before: NotifyTypes): Promise<NotifyTypes> {
  try {
    const config = await core.config(FILE);
    if (!config) return before;
    const { types, warnings } = typesOf(config);
    for (const warning of warnings) core.log.warning(formatProblem(warning));
    return types;
  } catch (thrown) {
    if (thrown instanceof FileMissing) return new Map();
    if (!(thrown instanceof LoadDeclined)) throw thrown;
    for (const problem of thrown.problems)
      core.log.error(`${formatProblem(problem)}; the types of NOTIFY stay as they were`);
    return before;
  }
}
