/** pbx_config: the dialplan of extensions.conf. Declares the module; what it reads lies in the core's contexts. */
import {
  type Contexts,
  type Core,
  contexts,
  type Dialplan,
  defineModule,
  dialplan,
  FileMissing,
  formatProblem,
  LoadDeclined,
  type Problem,
  parseSwitch,
  pbx,
} from '#core';
import { absent } from './absent.js';
import { type Built, build, expandable, missingIncludes, REGISTRAR } from './build.js';
import { extensionsConf } from './extensions-conf.js';
import { setGlobals } from './globals.js';
import { type ContextDraft, type Draft, readExtensions } from './read.js';

interface State {
  readonly core: Core;
  readonly table: Contexts;
  readonly plan: Dialplan;
  /** Whether extensions.conf was there: one that is gone is a mistake then. */
  there: boolean;
  /** As they are written, in force. */
  drafts: readonly ContextDraft[];
  /** Whether the start is over: before, modules that bring applications may be on their way. */
  booted: boolean;
}

export default defineModule<State>({
  name: 'pbx_config',
  description: 'Text Extension Configuration',
  files: [extensionsConf],

  async loadModule(core) {
    const state: State = {
      core,
      table: core.use(contexts),
      plan: core.use(dialplan),
      there: false,
      drafts: [],
      booted: false,
    };
    core.defer('contexts', () => state.table.replace(REGISTRAR, []));
    const missing = await readIfThere(state);
    if (missing) core.log.notice(`${missing.message}; calls find only the extensions that others bring`);
    tellWhenBooted(state);
    return state;
  },
  reloadModule: async (_core, state) => void (await readIfThere(state)),
});

/** @returns that the file is missing, where it was so before */
async function readIfThere(state: State): Promise<FileMissing | undefined> {
  try {
    await configure(state);
    state.there = true;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof FileMissing && !state.there) return thrown;
    throw thrown;
  }
}

/** @throws LoadDeclined with every problem: what was there before stays */
async function configure(state: State): Promise<void> {
  const { core, plan } = state;
  const config = (await core.config(extensionsConf.file))!;
  const draft = readExtensions(config);
  refuse(config.name, [...draft.problems, ...build(draft.contexts, text => text).problems]);
  const undo = await setGlobals(plan, draft);
  const expanded = await expand(plan, draft);
  const built = build(draft.contexts, text => expanded.get(text) ?? text);
  if (built.problems.length > 0) undo();
  refuse(config.name, built.problems);
  for (const warning of [...draft.warnings, ...built.warnings]) core.log.warning(formatProblem(warning));
  putInForce(state, draft, built);
  state.drafts = draft.contexts;
  if (state.booted) tellAbsent(state);
}

function putInForce({ core, table, plan }: State, { general }: Draft, built: Built): void {
  plan.autofallthrough = general.autofallthrough;
  const override = general.overrideswitch === '' ? undefined : parseSwitch(general.overrideswitch, true, REGISTRAR);
  table.replace(REGISTRAR, built.contexts, override);
  for (const { context, missing } of missingIncludes(built.contexts, name => table.hasContext(name))) {
    core.log.warning(`[${context}] includes '${missing}', which is not there`);
  }
}

function tellWhenBooted(state: State): void {
  let loaded = true;
  state.core.defer('what is absent', () => {
    loaded = false;
  });
  void state.core.use(pbx).booted.then(() => {
    state.booted = true;
    if (loaded) tellAbsent(state);
  });
}

function tellAbsent({ core, plan, drafts }: State): void {
  for (const told of absent(drafts, plan)) core.log.warning(`extensions.conf: ${told}`);
}

/** The lines of one file in their order. */
const byPlace = (a: Problem, b: Problem): number => (a.file === b.file ? a.line - b.line : 0);

function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new LoadDeclined(`${file} cannot be used`, [...problems].sort(byPlace));
}

/** What the texts of lines stand for. */
async function expand(plan: Dialplan, draft: Draft): Promise<ReadonlyMap<string, string>> {
  const texts = expandable(draft.contexts);
  return new Map(await Promise.all(texts.map(async text => [text, await plan.substitute(undefined, text)] as const)));
}
