/** pbx_config: the dialplan of extensions.conf. Declares the module; what it reads lies in the core's contexts. */
import {
  type Core,
  contexts,
  defineModule,
  dialplan,
  FileMissing,
  formatProblem,
  LoadDeclined,
  type Problem,
  parseSwitch,
} from '#core';
import { type Built, build, expandable, missingIncludes, REGISTRAR } from './build.js';
import { extensionsConf } from './extensions-conf.js';
import { setGlobals } from './globals.js';
import { type Draft, readExtensions } from './read.js';

/** Whether extensions.conf was there: one that is gone is a mistake then. */
interface State {
  there: boolean;
}

export default defineModule<State>({
  name: 'pbx_config',
  description: 'Text Extension Configuration',
  files: [extensionsConf],

  async loadModule(core) {
    core.defer('contexts', () => core.use(contexts).replace(REGISTRAR, []));
    const state = { there: false };
    await readAgain(core, state);
    return state;
  },
  reloadModule: readAgain,
});

async function readAgain(core: Core, state: State): Promise<void> {
  try {
    await configure(core);
    state.there = true;
  } catch (thrown) {
    if (!(thrown instanceof FileMissing) || state.there) throw thrown;
    core.log.notice(`${thrown.message}; calls find only the extensions that others bring`);
  }
}

/** @throws LoadDeclined with every problem: what was there before stays */
async function configure(core: Core): Promise<void> {
  const config = (await core.config(extensionsConf.file))!;
  const draft = readExtensions(config);
  refuse(config.name, [...draft.problems, ...build(draft.contexts, text => text).problems]);
  const undo = await setGlobals(core.use(dialplan), draft);
  const expanded = await expand(core, draft);
  const built = build(draft.contexts, text => expanded.get(text) ?? text);
  if (built.problems.length > 0) undo();
  refuse(config.name, built.problems);
  for (const warning of [...draft.warnings, ...built.warnings]) core.log.warning(formatProblem(warning));
  putInForce(core, draft, built);
}

function putInForce(core: Core, { general }: Draft, built: Built): void {
  const table = core.use(contexts);
  core.use(dialplan).autofallthrough = general.autofallthrough;
  const override = general.overrideswitch === '' ? undefined : parseSwitch(general.overrideswitch, true, REGISTRAR);
  table.replace(REGISTRAR, built.contexts, override);
  for (const { context, missing } of missingIncludes(built.contexts, name => table.hasContext(name))) {
    core.log.warning(`[${context}] includes '${missing}', which is not there`);
  }
}

function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new LoadDeclined(`${file} cannot be used`, problems);
}

/** What the texts of lines stand for. */
async function expand(core: Core, draft: Draft): Promise<ReadonlyMap<string, string>> {
  const texts = expandable(draft.contexts);
  const plan = core.use(dialplan);
  return new Map(await Promise.all(texts.map(async text => [text, await plan.substitute(undefined, text)] as const)));
}
