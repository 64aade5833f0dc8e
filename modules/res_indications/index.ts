/** res_indications: the tones of countries, from indications.conf. Declares the module; the core plays them. */
import { type Core, defineModule, FileMissing, formatProblem, toneZones } from '#core';
import { commands } from './commands.js';
import { indicationsConf } from './indications-conf.js';
import { FILE, readIndications } from './read.js';

/** Whether indications.conf was there: one that is gone is a mistake then. */
interface State {
  there: boolean;
}

export default defineModule<State>({
  name: 'res_indications',
  description: 'Indication Tone Handling',
  aliases: ['indications'],
  builtin: true,
  files: [indicationsConf],

  async loadModule(core) {
    const zones = core.use(toneZones);
    core.defer('tones of countries', () => zones.replace([], ''));
    const state = { there: false };
    await readAgain(core, state);
    core.command(...commands(zones));
    return state;
  },
  reloadModule: readAgain,
});

async function readAgain(core: Core, state: State): Promise<void> {
  try {
    const { usual, zones, warnings } = readIndications((await core.config(FILE))!);
    for (const warning of warnings) core.log.warning(formatProblem(warning));
    core.use(toneZones).replace(zones, usual);
    state.there = true;
  } catch (thrown) {
    if (!(thrown instanceof FileMissing) || state.there) throw thrown;
    core.log.verbose(4, `${thrown.message}; tones are those that are built in`);
  }
}
