/** The row of views at the top: what there is to look at, and on which key. */
import type { ShownFeed, ShownView, ShownViews } from '../../json-protocol.js';
import { cut, type Line, span, visible, widthOf } from './paint.js';

export interface Tab {
  readonly key: string;
  /** Of a view or a feed its name; those of the console itself are called as they are here. */
  readonly name: string;
  readonly title: string;
  readonly view?: ShownView;
  readonly feed?: ShownFeed;
}

/** The console's own: no view of the server has these names, since none may hold a blank. */
export const HELP = ' help';
export const LOG = ' log';
export const LEAVE = ' leave';

const own: readonly Tab[] = [
  { key: 'f1', name: HELP, title: 'Help' },
  { key: 'f2', name: LOG, title: 'Log' },
  { key: 'f10', name: LEAVE, title: 'Leave' },
];

const KEYS = Array.from({ length: 12 }, (_, at) => `f${at + 1}`);

/** By their keys. A view that has none, or one that is taken, gets one that is free, from the right. */
export function tabsOf({ views, feeds }: ShownViews): Tab[] {
  const tabs = [...own];
  const wanted = [
    ...views.map(view => ({ key: view.key?.toLowerCase(), name: view.name, title: visible(view.title), view })),
    ...feeds.map(feed => ({ key: feed.key?.toLowerCase(), name: feed.name, title: visible(feed.title), feed })),
  ];
  const free = (key: string | undefined): key is string =>
    key !== undefined && KEYS.includes(key) && !tabs.some(tab => tab.key === key);
  const without = wanted.filter(tab => {
    if (free(tab.key)) tabs.push({ ...tab, key: tab.key });
    else return true;
    return false;
  });
  for (const tab of without) {
    const key = [...KEYS].reverse().find(free);
    if (key !== undefined) tabs.push({ ...tab, key });
  }
  return tabs.sort((one, other) => KEYS.indexOf(one.key) - KEYS.indexOf(other.key));
}

/** The tab of a key; Alt and a digit do as well, where a terminal keeps F-keys for itself. */
export function tabOf(tabs: readonly Tab[], name: string): Tab | undefined {
  const digit = /^M-(\d)$/.exec(name)?.[1];
  const key = digit === undefined ? name : `f${digit === '0' ? 10 : digit}`;
  return tabs.find(tab => tab.key === key);
}

/** The row; titles are cut when there is no room for all of them. */
export function tabLine(tabs: readonly Tab[], current: string, width: number): Line {
  const rest = (room: number) => tabs.map(({ title }) => cut(title, room));
  let room = 20;
  const needed = () => tabs.reduce((sum, { key }, at) => sum + key.length + widthOf(rest(room)[at]!) + 2, 0);
  while (room > 1 && needed() > width) room -= 1;
  return tabs.flatMap(({ key, name, title }) => [
    span(key.toUpperCase(), name === current ? 'current' : 'strong'),
    span(` ${cut(title, room)}`, name === current ? 'current' : 'bar'),
    span(' ', 'bar'),
  ]);
}
