/** ShowDialPlan: what is in the contexts, in the order in which it is asked. */
import { type Context, type Contexts, HINT, type ManagerCall, ManagerError, type ManagerField } from '#core';

export function showDialplan(contexts: Contexts, call: ManagerCall): void {
  const [wanted, extension] = [call.get('Context'), call.get('Extension')];
  const found = wanted === '' ? contexts.all() : [contexts.get(wanted)].filter(one => one !== undefined);
  if (found.length === 0) throw new ManagerError(`Did not find context ${wanted}`);
  const shown = found.map(context => ({ context, extensions: extensionsOf(context, extension) }));
  const count = shown.reduce((sum, { extensions }) => sum + extensions.length, 0);
  if (extension !== '' && count === 0) throw new ManagerError(`Did not find extension ${extension}`);
  const list = call.list('DialPlan list will follow');
  let priorities = 0;
  for (const { context, extensions } of shown) {
    for (const steps of extensions) {
      priorities += steps.length;
      for (const fields of steps) list.entry('ListDialplan', fields);
    }
    if (extension === '') for (const fields of elsewhere(context)) list.entry('ListDialplan', fields);
  }
  list.complete('ShowDialPlanComplete', [
    ['ListExtensions', count],
    ['ListPriorities', priorities],
    ['ListContexts', shown.filter(({ extensions }) => extension === '' || extensions.length > 0).length],
  ]);
}

/** The priorities of each extension, of one alone where it is named. */
const extensionsOf = (context: Context, wanted: string): ManagerField[][][] =>
  context
    .extensions()
    .filter(({ name }) => wanted === '' || name === wanted)
    .map(extension =>
      extension
        .sorted()
        .map(({ priority, label, application, data, registrar }): ManagerField[] => [
          ['Context', context.name],
          ['Extension', extension.name],
          ...(label === undefined ? [] : [['ExtensionLabel', label] as const]),
          ['Priority', priority === HINT ? 'hint' : priority],
          ['Application', application],
          ...(data === '' ? [] : [['AppData', data] as const]),
          ['Registrar', registrar],
        ]),
    );

/** Where a context looks else, and what it ignores. */
function* elsewhere({ name, includes, switches, ignored }: Context): Generator<ManagerField[]> {
  const row = (kind: string, value: string, registrar: string): ManagerField[] => [
    ['Context', name],
    [kind, value],
    ['Registrar', registrar],
  ];
  for (const { text, registrar } of includes) yield row('IncludeContext', text, registrar);
  for (const each of switches) yield row('Switch', `${each.name}/${each.data}`, each.registrar);
  for (const { text, registrar } of ignored) yield row('IgnorePattern', text, registrar);
}
