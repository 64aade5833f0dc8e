/** The requests of the JSON mode: a table of what each of them takes and how it is answered. */
import { isDeepStrictEqual } from 'node:util';
import { CommandError, inSlices, type Shown, type Sliced, type View } from '#core';
import type { Levels, Op, Requests, ShownFeed, ShownLine, ShownRow, ShownView, ShownViews } from './json-protocol.js';
import type { JsonSession } from './json-session.js';

/** Rows in one answer: a view that has more is to be asked for by a command. */
export const MOST_ROWS = 10_000;

/** Columns of a terminal: no wider answer is made. */
const WIDEST = 9999;

/** Who types this wants the level, whether it was so before or not. */
const SETS_LEVELS = /^\s*core\s+set\s+(?:verbose|debug)\s/i;

/** What a field must be; one with `?` may be left out. */
type Kind = 'string' | 'number' | 'boolean' | 'number?' | 'string?';

interface Request<O extends Op> {
  readonly takes: { readonly [K in keyof Requests[O]['asked']]-?: Kind };
  answer(session: JsonSession, asked: Requests[O]['asked']): Requests[O]['answer'] | Promise<Requests[O]['answer']>;
}

const requests: { readonly [O in Op]: Request<O> } = {
  hello: {
    takes: {},
    answer({ parts: { pbx, systemname, pid } }) {
      const { version, startedAt, lastReloadAt } = pbx;
      return { version, pid, systemname, startedAt, loadedAt: lastReloadAt };
    },
  },
  status: {
    takes: {},
    answer(session) {
      const { pbx, clock } = session.parts;
      return {
        uptime: Math.round((clock.now() - pbx.startedAt) / 1000),
        delay: session.delay(),
        ...(pbx.lastReload ? { lastReload: pbx.lastReload } : {}),
        summaries: summaries(session),
      };
    },
  },
  run: {
    takes: { line: 'string', width: 'number?' },
    async answer({ parts, console }, { line, width }) {
      console.width = width !== undefined && width >= 1 && width <= WIDEST ? Math.floor(width) : undefined;
      const levels = (): Levels => ({ verbose: console.verbosity, debug: parts.debugs() });
      const before = levels();
      let text = '';
      const outcome = await parts.cli.run(line, console, part => (text += part));
      const after = levels();
      const set = SETS_LEVELS.test(line) || !isDeepStrictEqual(before, after);
      return { outcome, text, ...(set && { levels: after }) };
    },
  },
  complete: { takes: { line: 'string' }, answer: ({ parts }, { line }) => parts.cli.completion(line) },
  log: {
    takes: { on: 'boolean', verbosity: 'number?' },
    answer({ console }, { on, verbosity = console.verbosity }) {
      console.muted = !on;
      console.verbosity = verbosity;
      return {};
    },
  },
  views: { takes: {}, answer: session => shownViews(session) },
  rows: {
    takes: { view: 'string', wanted: 'string?' },
    async answer(session, { view: name, wanted = '' }) {
      const view = viewOf(session, name);
      const rows = await inSlices(rowsOf(view, wanted.toLowerCase()));
      const summary = session.parts.summaries.of(view);
      return { ...rows, ...(summary === undefined ? {} : { summary }) };
    },
  },
  detail: {
    takes: { view: 'string', row: 'string' },
    answer(session, { view: name, row: id }) {
      const view = viewOf(session, name);
      if (!view.detail) throw new CommandError(`the view '${name}' has no details`);
      return { line: view.detail(rowOf(view, id)) };
    },
  },
  action: {
    takes: { view: 'string', row: 'string', action: 'string' },
    answer(session, { view: name, row: id, action: key }): ShownLine {
      const view = viewOf(session, name);
      const action = view.actions?.find(candidate => candidate.key === key);
      if (!action) throw new CommandError(`the view '${name}' has no action '${key}'`);
      const row = rowOf(view, id);
      const confirm = action.confirm?.(row);
      return { line: action.command(row), ...(confirm === undefined ? {} : { confirm }) };
    },
  },
  follow: {
    takes: { feed: 'string', filter: 'string' },
    answer: (session, { feed, filter }) => session.follow(feed, filter),
  },
  unfollow: {
    takes: { feed: 'string', filter: 'string' },
    answer: (session, { feed, filter }) => session.unfollow(feed, filter),
  },
};

/** @throws CommandError when there is no such request, or a field of it is not what it must be */
export async function answerTo(session: JsonSession, message: Readonly<Record<string, unknown>>): Promise<object> {
  const { op } = message;
  if (typeof op !== 'string') throw new CommandError("'op' names what is asked for");
  if (!Object.hasOwn(requests, op)) throw new CommandError(`there is no request '${op}'`);
  const { takes, answer } = requests[op as Op] as unknown as Request<'run'>;
  for (const [name, kind] of Object.entries<Kind>(takes)) {
    const value = message[name];
    if (kind.endsWith('?') && value === undefined) continue;
    const wanted = kind.replace('?', '');
    if (typeof value !== wanted) throw new CommandError(`${op}: '${name}' must be a ${wanted}`);
  }
  return answer(session, message as unknown as Requests['run']['asked']);
}

/** What is there to look at. */
export function shownViews({ parts: { views } }: JsonSession): ShownViews {
  return { views: views.all().map(shownView), feeds: views.feeds().map(shownFeed) };
}

const shownView = ({ item, key }: Shown<View>): ShownView => ({
  name: item.name,
  title: item.title,
  key,
  columns: item.columns.map(({ title, key: name, width, grow = false, right = false }) => {
    return { title, key: name, width, grow, right };
  }),
  actions: (item.actions ?? []).map(action => {
    return { key: action.key, label: action.label, confirm: action.confirm !== undefined };
  }),
  detail: item.detail !== undefined,
});

const shownFeed = ({ item: { name, title, filter }, key }: Shown<ShownFeed>): ShownFeed => ({
  name,
  title,
  key,
  filter,
});

/** One view that breaks must not take the status of the others away. */
function summaries(session: JsonSession): { view: string; text: string }[] {
  return session.parts.views.all().flatMap(({ item }) => {
    try {
      const text = session.parts.summaries.of(item);
      return text === undefined ? [] : [{ view: item.name, text }];
    } catch (thrown) {
      session.complain(`view '${item.name}'`, thrown);
      return [];
    }
  });
}

/** Those that are wanted, up to the most; interrupted between them, for there may be any number. */
function* rowsOf(view: View, wanted: string): Sliced<{ rows: ShownRow[]; of: number; left?: number }> {
  const rows: ShownRow[] = [];
  let [of, left] = [0, 0];
  for (const row of view.rows()) {
    of += 1;
    yield;
    if (wanted === '' && rows.length >= MOST_ROWS) {
      left += 1;
      continue;
    }
    const cells = view.columns.map(column => column.value(row) ?? null);
    if (wanted !== '' && !cells.some(cell => textOf(cell).includes(wanted))) continue;
    if (rows.length < MOST_ROWS) rows.push({ id: view.id(row), cells });
    else left += 1;
  }
  return { rows, of, ...(left > 0 && { left }) };
}

/** What is seen of a cell, in small letters. */
const textOf = (cell: ShownRow['cells'][number]): string =>
  (typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : String(cell ?? '')).toLowerCase();

function viewOf({ parts: { views } }: JsonSession, name: string): View {
  const view = views.find(name);
  if (!view) throw new CommandError(`there is no view '${name}'`);
  return view;
}

function rowOf(view: View, id: string): unknown {
  for (const row of view.rows()) if (view.id(row) === id) return row;
  throw new CommandError(`'${id}' is not there any more`);
}
