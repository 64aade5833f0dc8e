/** `core show sounds`, `core show sound`, `core show file formats`. */
import {
  type Command,
  CommandError,
  type FileFormat,
  fileFormats,
  type SoundFile,
  type Sounds,
  type TableShape,
} from '#core';

const soundTable: TableShape<SoundFile> = {
  layout: '%-40s %-8s %s',
  columns: [
    { title: 'Sound', key: 'name', value: ({ name }) => name },
    { title: 'Language', key: 'language', value: ({ language }) => language },
    { title: 'Format', key: 'format', value: ({ format }) => format },
  ],
};

const formatTable: TableShape<FileFormat> = {
  layout: '%-10s %-10s %-20s',
  columns: [
    { title: 'Format', key: 'format', value: ({ codec }) => codec },
    { title: 'Name', key: 'name', value: ({ name }) => name },
    { title: 'Extensions', key: 'extensions', value: ({ extensions }) => extensions.join('|') },
  ],
};

const showSounds = (sounds: Sounds): Command => ({
  syntax: 'core show sounds',
  summary: 'Show the sounds that can be played',
  help: "The operator's, in astdatadir, and those that come with the PBX. Of one name and language the first counts.",
  async run({ out }) {
    const files = await sounds.list();
    out.table(soundTable, files);
    out.line(`${files.length} sounds.`);
  },
});

const showSound = (sounds: Sounds): Command => ({
  syntax: 'core show sound <name>',
  summary: 'Show where the files of a sound are',
  async run({ args, out }) {
    const files = (await sounds.list()).filter(({ name }) => name === args['name']);
    if (files.length === 0) throw new CommandError(`There is no sound '${args['name']}'.`);
    for (const { language, path } of files)
      out.fields('%-9s %s', [
        ['Language:', language],
        ['File:', path],
      ]);
  },
});

const showFormats: Command = {
  syntax: 'core show file formats',
  summary: 'Show the formats of files that can be played',
  run({ out }) {
    out.table(formatTable, fileFormats);
    out.line(`${fileFormats.length} file formats registered.`);
  },
};

export const soundCommands = (sounds: Sounds): Command[] => [showSounds(sounds), showSound(sounds), showFormats];
