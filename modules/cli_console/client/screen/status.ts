/** The bar at the bottom: how the PBX is, what matters most first. */
import type { Requests } from '../../json-protocol.js';
import { timeOfDay } from './log-pane.js';
import { cut, type Line, type Span, span, type Tone, visible, widthOf } from './paint.js';

export type Status = Requests['status']['answer'];

/** Milliseconds by which the event loop may be late before it is told in another tone. */
const LATE = 100;

const UNITS: readonly (readonly [seconds: number, letter: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** In its two largest units: `3d4h`, `5m6s`, `8s`. */
export function duration(seconds: number): string {
  const first = UNITS.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0s';
  let rest = seconds;
  const parts = UNITS.slice(first, first + 2).map(([size, letter]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return `${count}${letter}`;
  });
  return parts.join('');
}

type Part = readonly [text: string, tone: Tone];

/** With all words; without those that can be spared, where there is no room for all. */
export function statusLine(status: Status, titles: ReadonlyMap<string, string>, width: number): Line {
  const long = partsOf(status, (view, text) => `${titles.get(view) ?? view}: ${text}`, true);
  const short = partsOf(status, (_, text) => text, false);
  const needed = long.reduce((sum, [text]) => sum + widthOf(text) + BETWEEN.length, 0);
  const spans: Span[] = [];
  let left = width;
  for (const [text, tone] of needed > width ? short : long) {
    const before = spans.length === 0 ? ' ' : BETWEEN;
    const shown = cut(text, left - before.length);
    spans.push(span(before, 'bar'), span(shown, tone));
    left -= before.length + widthOf(shown);
    if (left <= BETWEEN.length) break;
  }
  return spans;
}

const BETWEEN = ' | ';

function partsOf(
  { uptime, delay, lastReload, summaries }: Status,
  summary: (view: string, text: string) => string,
  long: boolean,
): Part[] {
  const [p99, max] = [Math.round(delay.p99), Math.round(delay.max)];
  const parts: Part[] = [
    ...summaries.map(({ view, text }): Part => [visible(summary(view, text)), 'bar']),
    [long ? `loop ${p99} ms, most ${max}` : `loop ${p99} ms`, delay.p99 > LATE ? 'warning' : 'bar'],
  ];
  if (lastReload) {
    const good = lastReload.result === 'success';
    const time = timeOfDay(lastReload.at).slice(0, 5);
    parts.push([`reload ${good ? 'ok' : lastReload.result} ${time}`, good ? 'bar' : 'error']);
  }
  // What is wrong must not be what has no room.
  const wrong = ([, tone]: Part): boolean => tone !== 'bar';
  return [[`up ${duration(uptime)}`, 'bar'], ...parts.filter(wrong), ...parts.filter(part => !wrong(part))];
}
