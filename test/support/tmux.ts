/** A terminal that tests type into and read: a tmux server of its own, one window, keys in and screen out. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from './obelisk.js';

/** Looks at the screen before what is awaited is given up, and the milliseconds between two. */
const TRIES = 500;
const BETWEEN = 40;

export interface Window {
  readonly width?: number;
  readonly height?: number;
  /** Of the shell in it. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Tmux {
  /** Its socket is the only thing in it. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'obelisk-tmux-'));

  /** A shell in a window, as long as the test takes. */
  static async open(t: TestContext, { width = 80, height = 24, env = {} }: Window = {}): Promise<Tmux> {
    const tmux = new Tmux();
    t.after(() => tmux.close());
    const set = Object.entries({ LC_ALL: 'C.UTF-8', ...env }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const size = ['-x', String(width), '-y', String(height)];
    await tmux.#ask('-f', '/dev/null', '-u', 'new-session', '-d', ...size, ...set, 'sh');
    await tmux.shows(/^[$#]$/m);
    return tmux;
  }

  get #socket(): string {
    return join(this.#directory, 'socket');
  }

  /** Keys by tmux's names: `F3`, `Enter`, `C-c`, `Down`. */
  async keys(...names: string[]): Promise<void> {
    await this.#ask('send-keys', ...names);
  }

  /** Text as it is. */
  async type(text: string): Promise<void> {
    await this.#ask('send-keys', '-l', '--', text);
  }

  /** The screen as it is now, line by line. */
  screen(): Promise<string> {
    return this.#ask('capture-pane', '-p');
  }

  /** The screen, as soon as it shows all of that. @throws with the screen when it never does */
  async shows(...signs: RegExp[]): Promise<string> {
    return this.until(screen => signs.every(sign => sign.test(screen)), String(signs));
  }

  /** The screen, as soon as it is as wanted. */
  async until(wanted: (screen: string) => boolean, words = 'what was awaited'): Promise<string> {
    let screen = '';
    for (let tries = 0; tries < TRIES; tries++) {
      screen = await this.screen();
      if (wanted(screen)) return screen;
      await pause(BETWEEN);
    }
    throw new assert.AssertionError({ message: `the screen never showed ${words}:\n${screen}` });
  }

  /** What tmux knows of the window: `#{alternate_on}`, `#{cursor_flag}`. */
  async knows(format: string): Promise<string> {
    return (await this.#ask('display-message', '-p', format)).trim();
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#ask('resize-window', '-x', String(width), '-y', String(height));
  }

  async close(): Promise<void> {
    await run('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #ask(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run('tmux', ['-S', this.#socket, ...words]);
    assert.equal(code, 0, `tmux ${words.join(' ')}: ${stderr}`);
    return Buffer.from(stdout, 'latin1').toString();
  }
}
