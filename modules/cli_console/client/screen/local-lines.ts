/** Lines that are typed for the console itself, not for the PBX. */
import type { DeskParts } from './desk.js';
import type { Hands } from './pane.js';

interface To {
  readonly parts: Pick<DeskParts, 'local' | 'leave' | 'shell'>;
  readonly desk: Pick<Hands, 'notice'>;
}

interface Local {
  readonly pattern: RegExp;
  run(to: To, words: RegExpExecArray): void;
}

const locals: readonly Local[] = [
  {
    pattern: /^(?:quit|exit)$/i,
    run({ parts, desk }) {
      if (parts.local) desk.notice("This console belongs to the PBX. 'core stop now' ends both.");
      else parts.leave();
    },
  },
  {
    pattern: /^!\s*(.*)$/,
    run({ parts, desk }, [, command]) {
      if (parts.local) parts.shell(command!);
      else desk.notice('The shell is only for the console that was started with the PBX (-c).');
    },
  },
];

/** What such a line does; undefined for a line that is for the PBX. */
export function localOf(line: string, to: To): (() => void) | undefined {
  const own = locals.find(({ pattern }) => pattern.test(line));
  return own && (() => own.run(to, own.pattern.exec(line)!));
}
