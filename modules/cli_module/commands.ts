/** The commands that load, unload, reload and show modules. Names are answered as they were typed. */
import {
  type Command,
  CommandError,
  LoadError,
  type Loader,
  type PbxControl,
  type ReloadOutcome,
  type UnloadForce,
} from '#core';
import { reloadedAll, reloadedOne } from './reloaded.js';
import { show } from './show.js';

export const commands = (loader: Loader, pbx: Pick<PbxControl, 'reload'>): Command[] => [
  show(loader),
  {
    syntax: 'module load <module>',
    summary: 'Load a module, and first the modules that it requires',
    help: 'Its code is read anew. A name may be written as modules.conf has it: with .so, or as another system calls it.',
    complete: { module: () => loader.loadable() },
    async run({ args, out }) {
      const name = args['module']!;
      await orFail(`Unable to load module ${name}`, () => loader.load(name));
      out.line(`Loaded ${name}`);
    },
  },
  {
    syntax: 'module unload [-f|-h] <module>...',
    summary: 'Unload modules, one after the other up to the first that cannot be',
    help: [
      'A module that is in use stays, and so does one that is built in.',
      '-f unloads it all the same, and first the modules that use it.',
      '-h passes over its refusal, too.',
    ].join('\n'),
    complete: { module: () => loader.unloadable() },
    async run({ rest, chosen, out }) {
      const force: UnloadForce = chosen.has('-h') ? 'hard' : chosen.has('-f') ? 'firm' : 'soft';
      for (const name of rest) {
        await orFail(`Unable to unload resource ${name}`, () => loader.unload(name, force));
        out.line(`Unloaded ${name}`);
      }
    },
  },
  {
    syntax: 'module refresh <module> [recursively]',
    summary: 'Unload a module and load it again, its code read anew',
    help: 'recursively: those that use it go and come back with it. When one of them stays, nothing changes.',
    complete: { module: () => loader.running() },
    async run({ args, chosen, out }) {
      const name = args['module']!;
      const refused = await orFail(`Unable to unload resource ${name}`, () =>
        loader.refresh(name, chosen.has('recursively')),
      );
      if (refused.length > 0) throw new CommandError(`${refused.join('\n')}\nUnable to load resource ${name}`, true);
      out.line(`Unloaded and loaded ${name}`);
    },
  },
  {
    syntax: 'module reload [<module>...]',
    summary: 'Let modules read their configuration again; without a name, everything, as core reload',
    help: 'A file with a mistake changes nothing: the old values stay, and the mistakes are named.',
    complete: { module: () => loader.reloadable() },
    async run({ rest, out }) {
      let failed = false;
      const tell = ({ result }: ReloadOutcome, lines: readonly string[]): void => {
        failed ||= result !== 'success';
        for (const line of lines) out.line(line);
      };
      if (rest.length === 0) {
        const outcome = await pbx.reload('cli');
        tell(outcome, reloadedAll(outcome));
      }
      for (const name of rest) {
        const outcome = await loader.reload(name, 'cli');
        tell(outcome, reloadedOne(name, outcome));
      }
      if (failed) throw new CommandError('', 'told');
    },
  },
];

/** Does it, or answers with the reason and what could not be done. */
async function orFail<T>(answer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof LoadError)) throw thrown;
    throw new CommandError(`${thrown.message}\n${answer}`, true);
  }
}
