/** What extconfig.conf maps: `core show config mappings`, and the command that reads it again. */
import { type Command, CommandError, formatProblem, LoadDeclined, type PbxControl, type Realtime } from '#core';

type Mapped = ReturnType<Realtime['mappings']>[number];

export const mappingCommands = (realtime: Realtime, pbx: PbxControl): Command[] => [
  {
    syntax: 'core show config mappings',
    summary: 'Show which families and files lie in databases',
    run({ out }) {
      const mappings = realtime.mappings();
      for (const mapping of mappings) for (const line of lines(mapping)) out.line(line);
      if (mappings.length === 0) out.line('No config mappings found.');
    },
  },
  {
    syntax: 'realtime reload',
    summary: 'Read extconfig.conf again',
    help:
      'A file with a mistake changes nothing: everything is mapped as it was, and the mistakes are named.\n' +
      'A driver that is not loaded is named, and asked as soon as it is.',
    async run({ out }) {
      try {
        for (const problem of await pbx.reloadRealtime()) out.line(formatProblem(problem));
      } catch (thrown) {
        if (thrown instanceof LoadDeclined) throw new CommandError(thrown.message, true);
        throw thrown;
      }
    },
  },
];

/** The last line of the file first, as the original has them. */
const lines = ({ engine, present, families }: Mapped): string[] => [
  `Config Engine: ${engine}${present ? '' : ' (not loaded)'}`,
  ...families.toReversed().map(({ family, place, priority }) => {
    const order = priority === 1 ? '' : `, priority=${priority}`;
    return `===> ${family} (db=${place.database}, table=${place.table}${order})`;
  }),
];
