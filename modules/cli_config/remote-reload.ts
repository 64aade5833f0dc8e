/** What the shell changes comes into force in the PBX that runs, if one does: it is asked over its control socket. */
import { askServer, type Clock, LoadDeclined, lineOf, type Reload, serverAnswers } from '#core';
import { outcomesIn } from './reload.js';

/** Undefined where no PBX runs. */
export async function remoteReload(socket: string, clock: Clock): Promise<Reload | undefined> {
  if (!(await serverAnswers(socket, clock))) return undefined;
  return async path => {
    let answer = '';
    const take = (text: string) => {
      answer += text;
    };
    const command = lineOf(['config', 'reload', path, '--json']);
    const problem = await askServer({ socket, command, clock, answer: take });
    // Whether it was read is not known: nothing is taken back.
    if (problem !== undefined) throw new LoadDeclined(`It is written, and nobody was told: ${problem}`);
    return outcomesIn((JSON.parse(answer) as { lines: readonly string[] }).lines);
  };
}
