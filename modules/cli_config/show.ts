/** `config show`: the values that a file comes to, each with the place that it is from. */
import { type Command, CommandError, type Configuration, type TableShape } from '#core';
import { fileNames, sectionsIn } from './completion.js';
import { type Effective, effective } from './effective.js';
import { meant, sameName, sectionNames } from './sections.js';

const VALUES: TableShape<Effective> = {
  layout: '%-20s %-26s %-30s %s',
  columns: [
    { title: 'Section', key: 'section', value: ({ section }) => section },
    { title: 'Option', key: 'option', value: ({ option }) => option },
    { title: 'Value', key: 'value', value: ({ value }) => value },
    { title: 'From', key: 'from', value: ({ from }) => from },
  ],
};

export const showCommand = (configuration: Configuration): Command => ({
  syntax: 'config show <file> [<section>]',
  summary: 'Show the values that a configuration file comes to, each with the line or template that it is from',
  help: [
    'This is what the file says now, whatever runs. Of one section all options are shown, with their defaults; without',
    'a section only what the file sets. Secrets are shown when asterisk.conf has showsecrets=yes.',
  ].join('\n'),
  complete: {
    file: () => fileNames(configuration),
    section: words => sectionsIn(configuration, words[2]),
  },
  async run({ args, out }) {
    const { file = '', section } = args;
    const { config, problems } = await configuration.look(file);
    const description = configuration.describedAs(file)?.description;
    const { showsecrets } = configuration.settings;
    const names = sectionNames(
      config.sections.filter(({ template }) => !template),
      description,
    );
    if (section !== undefined && !config.sections.some(({ name }) => sameName(name, section))) {
      throw new CommandError(`${file} has no section [${section}]${meant(section, names)}`, true);
    }
    const wanted = section === undefined ? names : [section];
    const how = { showsecrets, defaults: section !== undefined };
    out.table(
      VALUES,
      wanted.flatMap(name => effective(config, description, name, how)),
    );
    if (problems.length > 0) out.line(`${file} has errors, so some of it may be missing: see config check ${file}`);
  },
});
