/** A view of the server, live: sorted, searched, a row chosen that stays chosen, and what can be done with it. */
import type { Requests, ShownRow, ShownView } from '../../json-protocol.js';
import { cellText, columnWidths, compareCells, inColumns } from './columns.js';
import type { Key } from './keys.js';
import { field, type Line, type Size, span, visible, widthOf } from './paint.js';
import { type Hands, type Pane, spawn } from './pane.js';
import { clamp, moveOf, sightOf } from './scroll.js';

interface Order {
  readonly column: number;
  readonly descending: boolean;
}

export class TablePane implements Pane {
  readonly #hands: Hands;
  #view: ShownView;
  #rows: readonly ShownRow[] = [];
  /** How many there are at the server, whether they are wanted or not. */
  #of = 0;
  #left = 0;
  #summary: string | undefined;
  /** What is shown: in order, and wanted. */
  #shown: readonly ShownRow[] = [];
  #order: Order | undefined;
  #wanted = '';
  #chosen: string | undefined;
  #at = 0;
  #first = 0;
  #page = 1;

  constructor(view: ShownView, hands: Hands) {
    this.#view = view;
    this.#hands = hands;
  }

  get title(): string {
    return visible(this.#view.title);
  }

  /** The text that rows are to have. */
  get wanted(): string {
    return this.#wanted;
  }

  get hints(): string[] {
    return [
      ...(this.#view.detail ? ['Enter details'] : []),
      ...this.#view.actions.map(({ key, label }) => visible(`${key} ${label}`)),
      '/ search',
      '< > s sort',
    ];
  }

  /** The module that brings the view may have been loaded anew. */
  take(view: ShownView): void {
    this.#view = view;
    if (this.#order && this.#order.column >= view.columns.length) this.#order = undefined;
  }

  /** What the server has now. */
  fill({ rows, left = 0, of = rows.length + left, summary }: Requests['rows']['answer']): void {
    this.#rows = rows;
    this.#of = of;
    this.#left = left;
    this.#summary = summary;
    this.#arrange();
  }

  render({ width, height }: Size): Line[] {
    const { columns } = this.#view;
    this.#page = Math.max(1, height - 2);
    this.#first = sightOf(this.#first, this.#at, this.#page, this.#shown.length);
    const seen = this.#shown.slice(this.#first, this.#first + this.#page);
    const titles = columns.map(({ title }, at) => visible(title) + this.#mark(at));
    const texts = seen.map(({ cells }) => cells.map(cellText));
    const natural = titles.map((title, at) =>
      Math.max(widthOf(title), ...texts.map(cells => widthOf(cells[at] ?? ''))),
    );
    const widths = columnWidths(columns, natural, width);
    const lines: Line[] = [
      [span(this.#heading(), 'strong')],
      [span(field(inColumns(titles, columns, widths), width), 'heading')],
    ];
    for (const [at, { id }] of seen.entries()) {
      const text = field(inColumns(texts[at]!, columns, widths), width);
      lines.push([span(text, id === this.#chosen ? 'selected' : 'plain')]);
    }
    return lines;
  }

  key({ name }: Key): boolean {
    const action = this.#view.actions.find(({ key }) => key === name);
    if (action) {
      this.#act(action.key);
      return true;
    }
    const moves = moveOf(name, this.#page, this.#shown.length);
    if (moves !== undefined) this.#choose(this.#at + moves);
    else if (name === 'enter' && this.#view.detail) this.#detail();
    else if (name === '<' || name === '>') this.#sortBy(name === '<' ? -1 : 1);
    else if (name === 's') this.#reverse();
    else if (name === '/') this.#ask();
    else if (name === 'escape' && this.#wanted !== '') this.#search('');
    else return false;
    return true;
  }

  #heading(): string {
    const counted =
      this.#wanted === '' ? `${this.#rows.length}` : `${this.#shown.length} of ${this.#of} with '${this.#wanted}'`;
    const left = this.#left > 0 ? `, ${this.#left} more are not shown: / searches all` : '';
    const summary = this.#summary ? `   ${visible(this.#summary)}` : '';
    return `${this.title}: ${counted}${left}${summary}`;
  }

  #mark(column: number): string {
    if (this.#order?.column !== column) return '';
    return this.#order.descending ? ' v' : ' ^';
  }

  #act(key: string): void {
    const row = this.#chosen;
    if (row === undefined) return;
    const asked = { view: this.#view.name, row, action: key };
    const work = this.#hands.ask('action', asked).then(({ line, confirm }) => {
      if (confirm === undefined) this.#hands.run(line);
      else this.#hands.confirm(confirm, () => this.#hands.run(line));
    });
    spawn(this.#hands, work);
  }

  #detail(): void {
    const row = this.#chosen;
    if (row === undefined) return;
    const work = this.#hands.ask('detail', { view: this.#view.name, row }).then(({ line }) => this.#hands.run(line));
    spawn(this.#hands, work);
  }

  #ask(): void {
    this.#hands.prompt({ label: 'Search: ', text: this.#wanted, done: text => this.#search(text) });
  }

  #search(text: string): void {
    this.#wanted = visible(text.trim().toLowerCase());
    this.#arrange();
  }

  #sortBy(step: 1 | -1): void {
    const { length } = this.#view.columns;
    const from = this.#order?.column ?? (step > 0 ? -1 : length);
    const column = from + step;
    this.#order = column >= 0 && column < length ? { column, descending: false } : undefined;
    this.#arrange();
  }

  #reverse(): void {
    const { column = 0, descending = false } = this.#order ?? {};
    this.#order = { column, descending: !descending };
    this.#arrange();
  }

  #arrange(): void {
    const wanted = this.#wanted;
    const rows = this.#rows.filter(
      ({ cells }) => wanted === '' || cells.some(cell => cellText(cell).toLowerCase().includes(wanted)),
    );
    const order = this.#order;
    if (order) {
      const sign = order.descending ? -1 : 1;
      rows.sort((one, other) => sign * compareCells(one.cells[order.column]!, other.cells[order.column]!));
    }
    this.#shown = rows;
    const at = rows.findIndex(({ id }) => id === this.#chosen);
    // What was chosen is gone: its neighbour is meant as little as any other, but it is where the eye is.
    this.#choose(at >= 0 ? at : this.#at);
  }

  #choose(at: number): void {
    this.#at = clamp(at, 0, Math.max(0, this.#shown.length - 1));
    this.#chosen = this.#shown[this.#at]?.id;
  }
}
