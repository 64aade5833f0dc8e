/** The media thread: a Studio between the messages of the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '#core';
import { InOneTurn } from '../in-one-turn.js';
import type { Order, Report, RtpSettings } from '../orders.js';
import { Studio } from './studio.js';

export interface Task {
  /** Its number among the media threads, from 1. */
  readonly thread: number;
  readonly settings: RtpSettings;
}

const port = parentPort!;
const { thread, settings } = workerData as Task;

const reports = new InOneTurn<Report>(all => port.postMessage(all));
const studio = new Studio({
  clock: new SystemClock(),
  thread,
  settings,
  tell: report => reports.add(report),
  mention: report => reports.addIdle(report),
  flush: () => reports.flush(),
});

/** Whatever is thrown ends the thread, and the main thread begins another. */
async function obey(order: Order): Promise<void> {
  await studio.obey(order);
  if (order.kind !== 'end') return;
  await reports.left;
  port.close();
}

port.on('message', (orders: readonly Order[]) => {
  for (const order of orders) void obey(order);
});
