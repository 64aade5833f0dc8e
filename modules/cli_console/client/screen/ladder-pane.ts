/** A feed as a ladder: a column for each address, an arrow for each entry, the newest below. */
import type { FeedEntry } from '#core';
import type { ShownFeed } from '../../json-protocol.js';
import type { Key } from './keys.js';
import { type Ladder, ladderOf, rungOf } from './ladder.js';
import { timeOfDay } from './log-pane.js';
import { cut, type Line, type Size, span, visible } from './paint.js';
import { type Hands, type Pane, spawn } from './pane.js';
import { clamp, moveOf, sightOf } from './scroll.js';

/** Entries that are kept. */
export const MOST_ENTRIES = 2000;

export class LadderPane implements Pane {
  readonly hints = ['Enter shows it', '/ filter', 'g this one only', 'p pause', 'c clear'];
  readonly #hands: Hands;
  #feed: ShownFeed;
  #entries: FeedEntry[] = [];
  /** Undefined: nothing is followed yet. */
  #filter: string | undefined;
  /** Older ones that had no room; those that never came. */
  #lost = 0;
  #missing = 0;
  #held = 0;
  #paused = false;
  #at = 0;
  #first = 0;
  #page = 1;

  constructor(feed: ShownFeed, hands: Hands) {
    this.#feed = feed;
    this.#hands = hands;
  }

  get title(): string {
    return visible(this.#feed.title);
  }

  /** Entries that are kept now. */
  get size(): number {
    return this.#entries.length;
  }

  /** It is looked at: the first time it asks what is to be followed. */
  open(): void {
    if (this.#filter === undefined) this.#ask();
  }

  take(feed: ShownFeed): void {
    this.#feed = feed;
  }

  /** There is a server anew, or the feed is. */
  again(): void {
    if (this.#filter !== undefined) spawn(this.#hands, this.#hands.ask('follow', this.#asked(this.#filter)));
  }

  add(filter: string, entry: FeedEntry): void {
    if (filter !== this.#filter) return;
    if (this.#paused) {
      this.#held += 1;
      return;
    }
    const follows = this.#at >= this.#entries.length - 1;
    this.#entries.push(entry);
    if (this.#entries.length > MOST_ENTRIES) {
      this.#entries.shift();
      this.#at -= 1;
      this.#lost += 1;
    }
    this.#at = follows ? this.#entries.length - 1 : Math.max(0, this.#at);
    this.#hands.changed();
  }

  /** So many never came, of what is followed here or elsewhere: this console was too slow. */
  lose(count: number): void {
    if (this.#filter === undefined) return;
    this.#missing += count;
    this.#hands.changed();
  }

  render({ width, height }: Size): Line[] {
    this.#page = Math.max(1, height - 2);
    this.#first = sightOf(this.#first, this.#at, this.#page, this.#entries.length);
    const seen = this.#entries.slice(this.#first, this.#first + this.#page);
    const ladder = ladderOf(seen, width - TIME);
    const lines: Line[] = [
      [span(cut(this.#heading(), width), 'strong')],
      [span((' '.repeat(TIME) + ladder.heading).padEnd(width), 'heading')],
    ];
    for (const [index, entry] of seen.entries())
      lines.push(this.#line(entry, ladder, this.#first + index === this.#at));
    return lines;
  }

  key({ name }: Key): boolean {
    const moves = moveOf(name, this.#page, this.#entries.length);
    if (moves !== undefined) this.#at = clamp(this.#at + moves, 0, Math.max(0, this.#entries.length - 1));
    else if (name === 'enter') this.#show();
    else if (name === '/' || name === 'f') this.#ask();
    else if (name === 'g') this.#only();
    else if (name === 'p' || name === ' ') this.#pause();
    else if (name === 'c') this.#clear();
    else return false;
    return true;
  }

  #heading(): string {
    if (this.#filter === undefined) return `${this.title}: nothing is followed; / asks what`;
    const what = this.#filter === '' ? 'everything' : visible(this.#filter);
    const parts = [`${this.title}: ${what}, ${this.#entries.length} messages`];
    if (this.#lost > 0) parts.push(`${this.#lost} older ones let go`);
    if (this.#missing > 0) parts.push(`${this.#missing} lost on the way`);
    if (this.#paused) parts.push(`PAUSED, ${this.#held} passed by`);
    return parts.join(', ');
  }

  #line(entry: FeedEntry, ladder: Ladder, chosen: boolean): Line {
    const time = `${timeOfDay(entry.at)} `;
    const rung = rungOf(entry, ladder);
    if (chosen) return [span(time + rung, 'selected')];
    return [span(time, 'dim'), span(rung, /^[456]\d\d/.test(entry.label) ? 'warning' : 'plain')];
  }

  #show(): void {
    const entry = this.#entries[this.#at];
    if (!entry) return;
    this.#hands.show(`${timeOfDay(entry.at)} ${entry.from} -> ${entry.to}`, entry.text);
  }

  #ask(): void {
    const text = this.#filter ?? '';
    this.#hands.prompt({ label: 'Follow: ', text, help: this.#feed.filter, done: typed => this.#follow(typed) });
  }

  /** What belongs to the chosen one. */
  #only(): void {
    const group = this.#entries[this.#at]?.group;
    if (!group) return;
    const kept = this.#entries.filter(entry => entry.group === group);
    this.#follow(group);
    this.#entries = kept;
    this.#at = Math.max(0, kept.length - 1);
  }

  #follow(typed: string): void {
    const filter = typed.trim();
    const before = this.#filter;
    if (before !== undefined && before !== filter) spawn(this.#hands, this.#hands.ask('unfollow', this.#asked(before)));
    this.#filter = filter;
    this.#paused = false;
    if (before !== filter) this.#clear();
    this.again();
  }

  #pause(): void {
    this.#paused = !this.#paused;
    this.#held = 0;
  }

  #clear(): void {
    this.#entries = [];
    this.#lost = 0;
    this.#missing = 0;
    this.#at = 0;
  }

  #asked(filter: string): { feed: string; filter: string } {
    return { feed: this.#feed.name, filter };
  }
}

/** What the time takes at the left. */
const TIME = 9;
