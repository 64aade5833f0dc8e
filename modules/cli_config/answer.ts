/** What is said of a change: what was done where, what looks wrong about it, and whether it is in force. */
import { type Call, type Changed, type FileReload, formatProblem, type Revised } from '#core';

const RELOADED: Readonly<Record<FileReload['result'], (owner: string) => string>> = {
  success: owner => `${owner} has read it.`,
  error: owner => `${owner} refused it.`,
  'start only': () => 'It is in force after the next start.',
  unsupported: owner => `${owner} reads it only when it is loaded.`,
  'not running': owner => `${owner} is not running and reads it when it is loaded.`,
  'not found': owner => `${owner} is not there any more.`,
  'in progress': owner =>
    `${owner} has not read it, another reload is under way: 'module reload ${owner}' after it puts it into force.`,
};

/** Whether what was written is in force. */
export function reloadLines(reloads: readonly FileReload[] | undefined): string[] {
  if (!reloads) return ['Nothing was reloaded.'];
  if (reloads.length === 0) return ['Nobody who runs reads it.'];
  return reloads.map(({ owner, result }) => RELOADED[result](owner));
}

export function answer(out: Call['out'], { result, warnings, reloads }: Changed<Revised>, done: string): void {
  if (result.what === 'as it was') {
    out.line(`${result.file}:${result.line}: ${done} already; nothing was changed.`);
    return;
  }
  out.line(`${result.file}:${result.line}: ${done}.`);
  for (const warning of warnings) out.line(`Warning: ${formatProblem(warning)}`);
  for (const line of reloadLines(reloads)) out.line(line);
}
