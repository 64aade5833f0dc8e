/** Sample configuration files, written from the option tables: what there is, what it does, what it is by default. */
import type { ConfigFileDescription, SectionDescription } from './description.js';
import { Invalid, type OptionRow } from './options.js';
import { strip } from './statement.js';

/** Columns of a sample file. */
const WIDTH = 100;

/** The text of a sample file. Nothing in it is in force: every option is a comment that says its default. */
export function sample({ file, intro, sections }: ConfigFileDescription): string {
  const head = comment(`${file}: ${intro}`, 'Written from the option tables by `make configs`: a change here is lost.');
  return [head, ...sections.map(sectionText)].join('\n');
}

function sectionText({ name, intro, table, example }: SectionDescription): string {
  const options = Object.entries(table).map(([option, row]) => optionText(option, row));
  if (example === undefined) return [comment(intro), `[${name}]\n`, ...options].join('');
  // A section of this name is only one that could be: none comes into being by copying the file.
  const lines = ['For example:', `[${name}]`, ...example.trimEnd().split('\n')];
  return [comment(intro), comment('', ...lines), ...options].join('');
}

/** `; help`, what may stand there, what it waits for; then the option with its default. */
function optionText(name: string, row: OptionRow): string {
  const remarks = [
    row.aliases && row.aliases.length > 0 ? `Also written ${row.aliases.join(', ')}.` : '',
    row.later === undefined ? '' : `Not yet in force: waits for ${row.later}.`,
    row.never === undefined ? '' : `Without effect here: ${row.never}.`,
    row.reloadable === false ? 'A change is taken by a fresh load only.' : '',
  ];
  const value = defaultOf(row);
  return `\n${comment(row.help, ...remarks)}${line(`; ${name} = ${value ?? ''}`, row.expects)}`;
}

/** The default as a file would say it; none when it cannot be said in one line. */
function defaultOf(row: OptionRow): string | undefined {
  if ('into' in row) return undefined;
  const shown = row.show(row.initial);
  const text = shown === 'Yes' || shown === 'No' ? shown.toLowerCase() : shown;
  if (strip(text) !== text || /[\n\0]/.test(text)) return undefined;
  try {
    return row.show(row.read(text, undefined, refuse)) === shown ? text.replaceAll(';', '\\;') : undefined;
  } catch (thrown) {
    if (thrown instanceof Invalid) return undefined;
    throw thrown;
  }
}

/** A default that is taken with a warning is not what the file should say. */
const refuse = (message: string): never => {
  throw new Invalid(message);
};

/** An option's line with what it expects behind it, or above it where both are long. */
const line = (option: string, expects: string): string => {
  const short = option.trimEnd();
  const whole = `${short.padEnd(40)} ; ${expects}`;
  return whole.length <= WIDTH ? `${whole}\n` : `${comment(`Expects ${expects}.`)}${short}\n`;
};

/** Paragraphs as comment lines; empty ones are left out. */
const comment = (...paragraphs: readonly string[]): string =>
  paragraphs
    .filter(text => text !== '')
    .flatMap(text => text.split('\n').flatMap(part => wrapped(part, WIDTH - 2)))
    .map(text => `; ${text}\n`)
    .join('');

/** Words in lines of at most `width`, a longer word on a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
