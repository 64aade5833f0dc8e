/** extensions.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, type Finding, finding, LoadDeclined } from '#core';
import { build, missingIncludes } from './build.js';
import { context, general, globals } from './options.js';
import { readExtensions } from './read.js';

export const extensionsConf: ConfigFileDescription = {
  file: 'extensions.conf',
  intro:
    'What becomes of calls: the dialplan. Every section but [general] and [globals] is a context, a set of extensions; ' +
    'two of one name are one. A line that cannot be read refuses the file, and what was read before stays.',
  sections: [
    { name: 'general', intro: 'The dialplan as a whole.', table: general },
    {
      name: 'globals',
      intro: 'Global variables; a reload sets them again.',
      table: globals,
      example: 'OPERATOR=SIP/1008',
      anyOption: true,
    },
    {
      name: 'internal',
      intro: 'A context.',
      table: context,
      example:
        'exten => 600,1,Answer()\nsame => n,Echo()\nexten => _1XXX,1,Dial(SIP/${EXTEN},20)\ninclude => outgoing,09:00-17:00,mon-fri,*,*',
      anyName: true,
      anyOption: true,
    },
  ],
  check(config) {
    const draft = readExtensions(config);
    const built = build(draft.contexts, text => text);
    const problems = [...draft.problems, ...built.problems];
    const warnings = [...draft.warnings, ...built.warnings];
    if (problems.length > 0) throw new LoadDeclined(`${config.name} cannot be used`, problems, warnings);
    const missing = missingIncludes(built.contexts, () => false).map(
      (include): Finding => ({
        severity: 'notice',
        ...placeOf(draft, include),
        message: `[${include.context}] includes '${include.missing}', which is not in this file`,
      }),
    );
    return [...warnings.map(finding('warning')), ...missing];
  },
};

/** Where the line of an include stands. */
function placeOf(
  { contexts }: ReturnType<typeof readExtensions>,
  { context: name, missing }: { readonly context: string; readonly missing: string },
) {
  const lines = contexts.find(draft => draft.name === name)!.lines;
  const { file, line } = lines.find(said => said.kind === 'include' && said.text.startsWith(missing)) ?? lines[0]!;
  return { file, line };
}
