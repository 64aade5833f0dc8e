/** [general]: the jitter buffer. */
import { integer, milliseconds, yesno } from '#core';
import { wordElse } from './values/words.js';

const LATER = { later: 'jitter buffers' };

export const jitter = {
  jbenable: yesno(false, 'Buffer what we send on', { label: 'Jitterbuffer enabled:', ...LATER }),
  jbforce: yesno(false, 'Buffer even where the other end does', { label: 'Jitterbuffer forced:', ...LATER }),
  jbmaxsize: milliseconds(200, [1, 100_000], 'The longest buffer', { label: 'Jitterbuffer max size:', ...LATER }),
  jbresyncthreshold: integer(1000, [-1, 1_000_000], 'Milliseconds of a jump that starts it anew; -1: never', {
    label: 'Jitterbuffer resync:',
    ...LATER,
  }),
  jbimpl: wordElse(['fixed', 'adaptive'], 'fixed', 'Its kind', { label: 'Jitterbuffer impl:', ...LATER }),
  jbtargetextra: milliseconds(40, [0, 100_000], 'What the adaptive kind adds', {
    label: 'Jitterbuffer tgt extra:',
    ...LATER,
  }),
  jblog: yesno(false, 'Log its frames', { label: 'Jitterbuffer log:', ...LATER }),
  jbsyncvideo: yesno(false, 'Keep video with audio', LATER),
} as const;
