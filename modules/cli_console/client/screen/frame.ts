/** The whole screen: tabs above, the pane, its menu and hints, the command line, the status below. */
import type { CommandLine } from './command-line.js';
import { Canvas, cut, type Line, type Size, span, visible } from './paint.js';
import type { Pane } from './pane.js';
import { type Status, statusLine } from './status.js';
import { type Tab, tabLine } from './tabs.js';

export interface Picture {
  readonly canvas: Canvas;
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

export interface Scene {
  readonly tabs: readonly Tab[];
  readonly current: string;
  readonly pane: Pane;
  readonly line: CommandLine;
  readonly prompt: string;
  readonly typing: boolean;
  readonly notice: string;
  readonly status: Status | undefined;
  readonly titles: ReadonlyMap<string, string>;
  /** Why there is no PBX, when there is none. */
  readonly lost: string | undefined;
}

/** Rows that are not the pane's: the tabs; hints, command line and status. */
const ABOVE = 1;
const BELOW = 3;

export function composed(size: Size, scene: Scene): Picture {
  const canvas = new Canvas(size);
  const { width, height } = size;
  const room = Math.max(0, height - ABOVE - BELOW);
  canvas.put(0, 0, tabLine(scene.tabs, scene.current, width), 'bar');
  const body = scene.pane.render({ width, height: Math.max(1, room) }).slice(0, room);
  for (const [at, line] of body.entries()) canvas.put(0, ABOVE + at, line);
  const menu = scene.line.menu?.render(width, room) ?? [];
  for (const [at, line] of menu.entries()) canvas.put(0, ABOVE + room - menu.length + at, line);
  canvas.put(0, height - 3, hints(scene, width));
  const typing = scene.typing || scene.line.asking;
  const { line, cursor } = scene.line.render(scene.prompt, width);
  canvas.put(0, height - 2, line);
  const [status, rest] = statusOf(scene, width);
  canvas.put(0, height - 1, status, rest);
  return { canvas, cursor: typing ? { x: cursor, y: height - 2 } : undefined };
}

/** What was told last, or what keys do now. */
function hints({ notice, typing, pane, line }: Scene, width: number): Line {
  if (notice !== '') return [span(cut(visible(notice.replaceAll('\n', ' ')), width), 'notice')];
  if (line.menu) return [span(cut(line.menu.hint, width), 'dim')];
  if (line.asking) return [span(cut(visible(line.help), width), 'dim')];
  const words = typing ? ['Tab completes', 'PgUp PgDn scroll', '/ search', 'Esc keys of the view'] : pane.hints;
  return [span(cut([...words, ...(typing ? [] : [': command'])].join('   '), width), 'dim')];
}

function statusOf({ lost, status, titles }: Scene, width: number): [Line, 'error' | 'bar'] {
  if (lost !== undefined) return [[span(cut(` ${visible(lost)}`, width), 'error')], 'error'];
  return [status ? statusLine(status, titles, width) : [], 'bar'];
}
