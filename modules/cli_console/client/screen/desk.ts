/** The console without its terminal: keys and what the server says go in, a canvas comes out. */
import { type Clock, type Greeting, LONGEST_COMMAND, type Timer, terminalText } from '#core';
import type { Levels, Op, Push, Requests, ShownViews } from '../../json-protocol.js';
import type { History } from '../history.js';
import { Answers } from './answers.js';
import { CommandLine } from './command-line.js';
import { composed, type Picture } from './frame.js';
import { type Key, PASTE } from './keys.js';
import { LadderPane } from './ladder-pane.js';
import { localOf } from './local-lines.js';
import type { Size } from './paint.js';
import { type Hands, type Pane, type Prompt, Refusal, spawn } from './pane.js';
import { Stage } from './stage.js';
import type { Status } from './status.js';
import { type Tab, tabOf } from './tabs.js';

/** How long keys wait for candidates, in milliseconds. */
const PATIENCE = 2000;

/** Milliseconds between two looks at what is live. */
const LOOK = 1000;

export interface DeskParts {
  readonly clock: Clock;
  readonly history: History;
  /** Whether the PBX ends with this console. */
  readonly local: boolean;
  readonly muted: boolean;
  readonly verbose: number;
  readonly debug: number;
  ask<O extends Op>(op: O, asked: Requests[O]['asked']): Promise<Requests[O]['answer']>;
  leave(): void;
  shell(command: string): void;
  /** Ctrl-Z. */
  suspend(): void;
  /** The screen is to be drawn from nothing. */
  redraw(): void;
  changed(): void;
}

export class Desk implements Hands {
  readonly #parts: DeskParts;
  readonly #stage: Stage;
  readonly #line: CommandLine;
  readonly #answers: Answers;
  #size: Size = { width: 80, height: 24 };
  /** Whether keys are for the command line before they are for the view. */
  #typing = true;
  #notice = '';
  #prompt = '*CLI> ';
  #status: Status | undefined;
  #lost: { readonly reason: string; readonly until: number } | undefined;
  #ticking: Timer | undefined;
  /** What was asked to be told, which a connection or a PBX that is new is asked for again. */
  #told: Told;
  /** Of the PBX that was there last. */
  #pid: Greeting['pid'] | undefined;
  /** Keys that wait until candidates are there. */
  #held: Key[] | undefined;
  /** What has been asked for and is not there yet. */
  readonly #asked = new Set<string>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#stage = new Stage(this);
    this.#line = new CommandLine(
      () => parts.history.lines(),
      line => this.#typed(line),
    );
    this.#answers = new Answers({
      clock: parts.clock,
      hands: this,
      width: () => this.#size.width,
      ran: levels => {
        if (levels) this.#told = toldBy(levels);
        this.#look();
      },
    });
    const { verbose, debug } = parts;
    this.#told = { verbose, debug: debug > 0 ? [`core set debug atleast ${debug}`] : [] };
    if (parts.history.problem !== undefined) this.#say(parts.history.problem);
  }

  close(): void {
    this.#ticking?.cancel();
    this.#answers.close();
  }

  // What the server does.

  opened({ host, pid, version }: Greeting, again: boolean): void {
    const { verbose, debug } = this.#told;
    this.#lost = undefined;
    this.#status = undefined;
    this.#ticking ??= this.#parts.clock.after(LOOK, () => this.#tick());
    this.#asked.clear();
    this.#prompt = this.#parts.local ? '*CLI> ' : `${terminalText(host, false)}*CLI> `;
    this.#say(`${again ? 'Connected again' : 'Connected'}: Obelisk ${version} on ${host}, pid ${pid}.`);
    spawn(this, this.ask('log', { on: !this.#parts.muted, verbosity: verbose }));
    // The debug level is the PBX's own: one that is still there has it.
    if (pid !== this.#pid) for (const line of debug) spawn(this, this.ask('run', { line }));
    this.#pid = pid;
    spawn(
      this,
      this.ask('views', {}).then(shown => {
        this.#take(shown);
        this.#stage.again();
        this.#look();
      }),
    );
    this.changed();
  }

  lost(reason: string, wait: number): void {
    const { clock } = this.#parts;
    if (!this.#lost) this.#say(`Disconnected: ${reason}`);
    this.#lost = { reason, until: clock.elapsed() + wait };
    this.#ticking ??= clock.after(LOOK, () => this.#tick());
    this.changed();
  }

  pushed(push: Push): void {
    const { log } = this.#stage;
    if (push.push === 'log') log.add(push);
    else if (push.push === 'lost') this.#stage.lose(this.#parts.clock.now(), push);
    else if (push.push === 'feed') this.#stage.ladder(push.feed)?.add(push.filter, push.entry);
    else if (push.push === 'views') this.#take(push);
  }

  /** What the server has to look at now. Whoever is typing, or reading an answer, goes on with it. */
  #take(shown: ShownViews): void {
    const before = this.#stage.current.name;
    const gone = this.#stage.take(shown);
    const { name, title } = this.#stage.current;
    if (name !== before) {
      if (this.#line.editor.text === '' && !this.#answers.over) this.#focus();
      if (gone !== undefined) this.#line.dismiss();
      this.notice(gone === undefined ? `${title} is back` : `${gone} went with its module`);
    }
    this.changed();
  }

  // What panes may do.

  ask<O extends Op>(op: O, asked: Requests[O]['asked']): Promise<Requests[O]['answer']> {
    return this.#parts.ask(op, asked);
  }

  run(line: string): void {
    this.#answers.run(line);
  }

  prompt(prompt: Prompt): void {
    const done = (text: string): void => {
      prompt.done(text);
      this.#look();
    };
    this.#line.ask({ ...prompt, done });
    this.changed();
  }

  confirm(question: string, yes: () => void): void {
    this.#line.confirm(question, yes);
    this.changed();
  }

  notice(text: string): void {
    this.#notice = text;
    this.changed();
  }

  show(title: string, text: string): void {
    this.#answers.show(title, text);
  }

  changed(): void {
    this.#parts.changed();
  }

  // What the operator does.

  key(key: Key): void {
    if (this.#held) this.#held.push(key);
    else {
      this.#do(key);
      this.changed();
    }
  }

  #do(key: Key): void {
    this.#notice = '';
    const tab = tabOf(this.#stage.tabs, key.name);
    if (key.name === 'C-l') this.#parts.redraw();
    else if (key.name === 'C-z' && !this.#parts.local) this.#parts.suspend();
    else if (tab) this.#open(tab);
    else if (key.name === PASTE) this.#pasted(key.text);
    else if (this.#line.asking) this.#line.answer(key);
    else if (key.name === 'C-c' && this.#line.editor.text !== '') this.#clear();
    else if (key.name === 'C-c' || (key.name === 'C-d' && this.#line.editor.text === '')) this.#leave();
    else if (this.#typing) this.#keyOfLine(key);
    else this.#keyOfView(key);
  }

  /** What is to be seen on a screen of that size. */
  picture(size: Size): Picture {
    this.#size = size;
    const lost = this.#lost;
    const wait = lost && Math.max(0, Math.ceil((lost.until - this.#parts.clock.elapsed()) / 1000));
    return composed(size, {
      tabs: this.#stage.tabs,
      current: this.#stage.current.name,
      pane: this.#pane,
      line: this.#line,
      prompt: this.#prompt,
      typing: this.#typing,
      notice: this.#notice,
      status: this.#status,
      titles: this.#stage.titles(),
      lost: lost && `Reconnecting${wait === 0 ? ' now' : ` in ${wait} s`}: ${lost.reason}`,
    });
  }

  get #pane(): Pane {
    return this.#answers.over ?? this.#stage.pane;
  }

  #open(tab: Tab): void {
    this.#line.dismiss();
    if (!this.#stage.open(tab)) {
      this.#leave();
      return;
    }
    this.#answers.close();
    this.#focus();
    this.#look();
  }

  /** In a list keys are for the list; where there is reading only, they type. */
  #focus(): void {
    this.#typing = !(this.#stage.table || this.#stage.pane instanceof LadderPane);
  }

  #keyOfLine(key: Key): void {
    const { name } = key;
    const { editor } = this.#line;
    if (this.#line.menu && this.#line.key(key)) return;
    if (name === 'pageup' || name === 'pagedown') this.#pane.key(key);
    else if (name === '/' && editor.text === '') this.#pane.key(key);
    else if (name === 'tab') this.#complete();
    else if (name !== 'escape') this.#line.key(key);
    else if (editor.text !== '') this.#clear();
    else if (this.#answers.over) this.#answers.close();
    else this.#typing = false;
  }

  #keyOfView(key: Key): void {
    const { name } = key;
    const before = this.#stage.table?.wanted;
    if (this.#pane.key(key)) {
      if (this.#stage.table?.wanted !== before) this.#look();
      return;
    }
    const over = this.#answers.over !== undefined;
    if (over && (name === 'escape' || name === 'q')) this.#answers.close();
    else if (name === ':' || name === 'escape') this.#typing = true;
    else this.notice("Esc or ':' goes to the command line, F1 tells of the keys");
  }

  /** A pasted text is for the command line, or for what is asked there: in a view its letters would be keys. */
  #pasted(text: string): void {
    const lines = text.replaceAll('\t', ' ').split(/\r\n?|\n/);
    if (this.#line.asking) {
      this.#line.answer({ name: PASTE, text: lines.join(' ') });
      return;
    }
    this.#line.dismiss();
    this.#typing = true;
    for (const [at, line] of lines.entries()) {
      if (at > 0) this.#line.key({ name: 'enter', text: '' });
      this.#line.key({ name: PASTE, text: line });
    }
  }

  #clear(): void {
    this.#line.dismiss();
    this.#line.editor.set('');
  }

  /** What is typed before the answer is there is meant for what is then in the line. */
  #complete(): void {
    this.#held = [];
    const resume = (): void => {
      patience.cancel();
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const key of held) this.key(key);
    };
    let late = false;
    const patience = this.#parts.clock.after(PATIENCE, () => {
      late = true;
      resume();
    });
    const answered = this.ask('complete', { line: this.#line.editor.before }).then(completion => {
      if (late) return;
      if (completion.candidates.length === 0) this.notice('nothing fits');
      this.#line.complete(completion);
      this.changed();
    });
    spawn(
      this,
      answered.finally(() => late || resume()),
    );
  }

  #typed(line: string): void {
    if (line === '') return;
    if (Buffer.byteLength(line) > LONGEST_COMMAND) {
      this.notice(`the command is longer than ${LONGEST_COMMAND} bytes and was not run`);
      return;
    }
    this.#parts.history.add(line);
    this.#answers.typed(line, localOf(line, { parts: this.#parts, desk: this }));
  }

  #leave(): void {
    if (!this.#parts.local) this.#parts.leave();
    else this.confirm('This console belongs to the PBX. Stop both?', () => this.#parts.leave());
  }

  #say(text: string): void {
    this.#stage.log.say(this.#parts.clock.now(), text);
  }

  #tick(): void {
    this.#ticking = this.#parts.clock.after(LOOK, () => this.#tick());
    if (this.#lost) this.changed();
    this.#look();
  }

  /** Asks for what is seen and alive, once at a time. */
  #look(): void {
    if (this.#lost) return;
    this.#once('status', async () => {
      this.#status = await this.ask('status', {});
    });
    const { table } = this.#stage;
    const { name } = this.#stage.current;
    if (!table) return;
    const { wanted } = table;
    this.#once(`rows ${name}`, async () => table.fill(await this.ask('rows', { view: name, wanted })));
  }

  #once(what: string, ask: () => Promise<void>): void {
    if (this.#asked.has(what)) return;
    this.#asked.add(what);
    ask()
      .catch((thrown: unknown) => {
        // A view may go while it is asked for; that is told elsewhere.
        if (!(thrown instanceof Refusal)) throw thrown;
      })
      .finally(() => {
        this.#asked.delete(what);
        this.changed();
      });
  }
}

/** What this console asks for when it connects. */
interface Told {
  readonly verbose: number;
  /** Command lines. */
  readonly debug: readonly string[];
}

const toldBy = ({ verbose, debug }: Levels): Told => ({
  verbose,
  debug: debug.map(([module, level]) => `core set debug ${level} ${module}`.trimEnd()),
});
