/** `core stop`, `core restart` and `core abort shutdown`. They run while the PBX is stopping, too. */
import { type Command, CommandError, type PbxControl, type StopManner } from '#core';

const WAITING = 'as soon as nothing is under way';

/** What each manner lets happen, and what is answered behind `Stopping` or `Restarting`. */
const MANNERS: Readonly<Record<StopManner, string>> = {
  now: 'now.',
  gracefully: `${WAITING}; no new work is taken. 'core abort shutdown' calls it off.`,
  'when convenient': `${WAITING}. 'core abort shutdown' calls it off.`,
};

export const shutdownCommands = (pbx: PbxControl): Command[] => [
  stopCommand(pbx, 'core stop', 'Stopping', false, 'Stop the PBX'),
  stopCommand(pbx, 'core restart', 'Restarting', true, 'Stop the PBX and start it again'),
  {
    syntax: 'core abort shutdown',
    summary: 'Call off a stop or a restart that still waits',
    whileStopping: true,
    run({ out }) {
      if (!pbx.abort()) throw new CommandError('There is no shutdown that could be called off.');
      out.line('The shutdown is called off.');
    },
  },
];

const stopCommand = (pbx: PbxControl, name: string, doing: string, restart: boolean, summary: string): Command => ({
  syntax: `${name} {now|gracefully|when convenient}`,
  summary,
  help: [
    'now: at once, whatever is under way.',
    'gracefully: no new work; when what is under way has ended.',
    'when convenient: when nothing happens to be under way.',
  ].join('\n'),
  whileStopping: true,
  run({ chosen, out }) {
    const manner: StopManner = chosen.has('now') ? 'now' : chosen.has('gracefully') ? 'gracefully' : 'when convenient';
    pbx.stop(manner, restart);
    out.line(`${doing} ${MANNERS[manner]}`);
  },
});
