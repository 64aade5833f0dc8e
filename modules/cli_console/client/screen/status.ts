/** The bar at the bottom: how the PBX is. */
import type { Requests } from '../../json-protocol.js';
import { timeOfDay } from './log-pane.js';
import { cut, type Line, span, type Tone, visible, widthOf } from './paint.js';

export type Status = Requests['status']['answer'];

/** Milliseconds by which the event loop may be late before it is told in another tone. */
const LATE = 100;

/** `3d 04:05:06`. */
export function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return `${days > 0 ? `${days}d ` : ''}${clock.map(part => String(part).padStart(2, '0')).join(':')}`;
}

/** From the left what matters most: what has no room is left out. */
export function statusLine(status: Status, titles: ReadonlyMap<string, string>, width: number): Line {
  const { uptime, delay, lastReload, summaries } = status;
  const parts: [text: string, tone: Tone][] = [
    [`up ${duration(uptime)}`, 'bar'],
    ...summaries.map(({ view, text }): [string, Tone] => [visible(`${titles.get(view) ?? view}: ${text}`), 'bar']),
    [`loop ${Math.round(delay.p99)}/${Math.round(delay.max)} ms`, delay.p99 > LATE ? 'warning' : 'bar'],
  ];
  if (lastReload) {
    const { at, result } = lastReload;
    parts.push([`reload ${timeOfDay(at)} ${result}`, result === 'success' ? 'bar' : 'error']);
  }
  const line: { text: string; tone: Tone }[] = [];
  let left = width;
  for (const [text, tone] of parts) {
    const shown = cut(` ${text} `, left);
    if (left < 6) break;
    line.push(span(shown, tone), span('|', 'bar'));
    left -= widthOf(shown) + 1;
  }
  return line.slice(0, -1);
}
