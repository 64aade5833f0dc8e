/** `config check`: what is wrong or doubtful in one file, or in all that are read. */
import { type Command, CommandError, type Configuration, type Finding, type Severity, type TableShape } from '#core';
import { fileNames } from './completion.js';
import { type Checked, checkAll, checkOne } from './findings.js';

const FINDINGS: TableShape<Finding> = {
  layout: '%s: %s: %s',
  columns: [
    { title: '', key: 'place', value: ({ file, line }) => (line > 0 ? `${file}:${line}` : file) },
    { title: '', key: 'severity', value: ({ severity }) => severity },
    { title: '', key: 'message', value: ({ message }) => message },
  ],
};

export const checkCommand = (configuration: Configuration): Command => ({
  syntax: 'config check [--strict] [<file>]',
  summary: 'Tell what is wrong or doubtful in one configuration file, or in all that are read',
  help: [
    'Nothing is changed. An error is what a reload would refuse; a warning is taken, and hardly as it is meant; a notice',
    'is worth knowing. With errors the command fails; with --strict, with warnings too.',
    'A file may be named that others include, or a draft of one that lies elsewhere.',
  ].join('\n'),
  complete: { file: () => fileNames(configuration) },
  async run({ args, chosen, out }) {
    const file = args['file'];
    const checked = file === undefined ? await checkAll(configuration) : [await checkOne(configuration, file)];
    out.table(
      FINDINGS,
      checked.flatMap(({ findings }) => findings),
    );
    const failed = count(checked, 'error') > 0 || (chosen.has('--strict') && count(checked, 'warning') > 0);
    const verdict = summary(checked);
    if (failed) throw new CommandError(verdict, 'told');
    out.line(verdict);
  },
});

const count = (checked: readonly Checked[], severity: Severity): number =>
  checked.reduce((sum, { findings }) => sum + findings.filter(one => one.severity === severity).length, 0);

/** `sip.conf: 1 error, 2 warnings` */
function summary(checked: readonly Checked[]): string {
  const what = checked.length === 1 ? checked[0]!.file : `${checked.length} files`;
  const counts = (['error', 'warning', 'notice'] as const)
    .map(severity => [severity, count(checked, severity)] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => `${number} ${severity}${number === 1 ? '' : 's'}`);
  return `${what}: ${counts.length > 0 ? counts.join(', ') : 'nothing to complain of'}`;
}
