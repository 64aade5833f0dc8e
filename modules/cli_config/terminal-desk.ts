/** The terminal that `config edit` is typed at: $VISUAL or $EDITOR, and questions answered by a letter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { CommandError, messageOf, type Terminal, terminalText } from '#core';
import type { Desk } from './edit-session.js';

export function terminalDesk({ input, output, editor }: Terminal): Desk {
  const say = (text: string): void => void output.write(`${terminalText(text, false)}\n`);
  return {
    say,
    edit: path => run(editor, path),
    async ask(question, answers) {
      const choice = answers.map(answer => `(${answer[0]})${answer.slice(1)}`).join(', ');
      const lines = createInterface({ input, output });
      // Whoever hangs up, or types Ctrl-C, wants nothing of it.
      const left = once(lines, 'close').then(() => answers.at(-1)!);
      try {
        for (;;) {
          const typed = (await Promise.race([lines.question(`${question} ${choice}: `), left])).trim().toLowerCase();
          const meant = answers.find(answer => typed !== '' && answer.startsWith(typed));
          if (meant !== undefined) return meant;
        }
      } finally {
        lines.close();
      }
    },
  };
}

/** @throws CommandError */
function run(editor: string, path: string): Promise<void> {
  return new Promise((done, failed) => {
    const fail = (why: string) => failed(new CommandError(`${editor}: ${why}; nothing was changed.`, true));
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
    child.on('error', thrown => fail(messageOf(thrown)));
    child.on('close', (code, signal) => (code === 0 ? done() : fail(`it ended with ${signal ?? code}`)));
  });
}
