/** The panes that there are: the console's own and those of the server's views, by their tabs; one of them is looked at. */
import type { ShownViews } from '../../json-protocol.js';
import { HELP_TEXT } from './help-text.js';
import { LadderPane } from './ladder-pane.js';
import { LogPane } from './log-pane.js';
import { visible } from './paint.js';
import type { Hands, Pane } from './pane.js';
import { TablePane } from './table-pane.js';
import { HELP, LEAVE, LOG, type Tab, tabsOf } from './tabs.js';
import { TextPane } from './text-pane.js';

export class Stage {
  readonly log: LogPane;
  readonly #hands: Hands;
  /** By name; those of views that are gone stay, for when they come back. */
  readonly #panes = new Map<string, Pane>();
  #tabs: readonly Tab[] = tabsOf({ views: [], feeds: [] });
  #current: Tab;
  /** What was looked at when it went, until somebody looks at something else: it is looked at again when it is back. */
  #missed: string | undefined;

  constructor(hands: Hands) {
    this.#hands = hands;
    this.log = new LogPane(hands);
    this.#panes.set(LOG, this.log);
    this.#panes.set(HELP, new TextPane('Help', HELP_TEXT, hands));
    this.#current = this.#tabs.find(({ name }) => name === LOG)!;
  }

  get tabs(): readonly Tab[] {
    return this.#tabs;
  }

  get current(): Tab {
    return this.#current;
  }

  get pane(): Pane {
    return this.#panes.get(this.#current.name)!;
  }

  /** The view that is looked at, when its rows are the server's. */
  get table(): TablePane | undefined {
    return this.pane instanceof TablePane ? this.pane : undefined;
  }

  ladder(name: string): LadderPane | undefined {
    const pane = this.#panes.get(name);
    return pane instanceof LadderPane ? pane : undefined;
  }

  /** The server left out what this console was too slow for. */
  lose(at: number, { count, feeds = 0 }: { readonly count: number; readonly feeds?: number }): void {
    if (count > feeds) this.log.lose(at, count - feeds);
    if (feeds > 0) for (const { name } of this.#tabs) this.ladder(name)?.lose(feeds);
  }

  /** Titles by the names of the views. */
  titles(): Map<string, string> {
    return new Map(this.#tabs.map(({ name, title }) => [name, title]));
  }

  /** Looks at another one. @returns whether that is one to look at */
  open(tab: Tab): boolean {
    if (tab.name === LEAVE) return false;
    this.#current = tab;
    this.#missed = undefined;
    const { pane } = this;
    if (pane instanceof LadderPane) pane.open();
    return true;
  }

  /** What the server has to look at now. @returns what was looked at and is gone */
  take(shown: ShownViews): string | undefined {
    const before = new Set(this.#tabs.map(({ name }) => name));
    this.#tabs = tabsOf(shown);
    for (const { name, view, feed } of this.#tabs) {
      const pane = this.#panes.get(name);
      if (view) {
        if (pane instanceof TablePane) pane.take(view);
        else this.#panes.set(name, new TablePane(view, this.#hands));
      } else if (feed) {
        if (!(pane instanceof LadderPane)) this.#panes.set(name, new LadderPane(feed, this.#hands));
        else {
          pane.take(feed);
          if (!before.has(name)) pane.again();
        }
      }
    }
    const { name, title } = this.#current;
    const [there, back] = [name, this.#missed].map(wanted => this.#tabs.find(tab => tab.name === wanted));
    if (back) this.#missed = undefined;
    else if (!there) this.#missed = name;
    this.#current = back ?? there ?? this.#tabs.find(tab => tab.name === LOG)!;
    return there ? undefined : visible(title);
  }

  /** There is a new connection: what was followed is followed on it. */
  again(): void {
    for (const { name } of this.#tabs) this.ladder(name)?.again();
  }
}
