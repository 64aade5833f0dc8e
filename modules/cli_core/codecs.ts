/** `core show codecs` and `core show codec`: the formats that have a name here. */
import { type Command, CommandError, FORMATS, type Format, type TableShape } from '#core';

/** A format with its number: its place in the list. */
interface Numbered extends Format {
  readonly id: number;
}

const ALL: readonly Numbered[] = [...FORMATS.values()].map((format, index) => ({ ...format, id: index + 1 }));

const KINDS: readonly Format['kind'][] = ['audio', 'video', 'image', 'text'];

/** What several formats are one codec of, at several rates: `slin16` is `slin`. */
const codecOf = (name: string): string => /^(slin|speex|silk)\d+$/.exec(name)?.[1] ?? name;

const CODECS: TableShape<Numbered> = {
  layout: '%8s %-5s %-12s %-16s %s',
  columns: [
    { title: '', key: 'id', value: ({ id }) => id },
    { title: '', key: 'type', value: ({ kind }) => kind },
    { title: '', key: 'name', value: ({ name }) => codecOf(name) },
    { title: '', key: 'format', value: ({ name }) => name },
    { title: '', key: 'description', value: ({ description }) => `(${description})` },
  ],
};

export const codecCommands: readonly Command[] = [
  {
    syntax: 'core show codecs [audio|video|image|text]',
    summary: 'List the formats of media that have a name here',
    help: "A name is what 'allow' may say. 'core show translation' tells which are changed into each other.",
    run({ chosen, out }) {
      const [wanted] = KINDS.filter(kind => chosen.has(kind));
      out.line('      ID TYPE  NAME         FORMAT           DESCRIPTION');
      out.line('-'.repeat(96));
      out.table(
        CODECS,
        ALL.filter(({ kind }) => wanted === undefined || kind === wanted),
      );
    },
  },
  {
    syntax: 'core show codec <id>',
    summary: 'Show which format has a number',
    run({ args, out }) {
      const found = ALL.find(({ id }) => String(id) === args['id']);
      if (!found) throw new CommandError(`Codec ${args['id']} not found.`);
      out.fields('%11s %s', [[String(found.id), found.description, 'description']]);
    },
  },
];
