/** The media thread: a Studio between the messages of the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '#core';
import type { Order, RtpSettings } from '../orders.js';
import { Studio } from './studio.js';

export interface Task {
  /** Its number among the media threads, from 1. */
  readonly thread: number;
  readonly settings: RtpSettings;
}

const port = parentPort!;
const { thread, settings } = workerData as Task;

const studio = new Studio({ clock: new SystemClock(), thread, settings, tell: report => port.postMessage(report) });

/** Whatever is thrown ends the thread, and the main thread begins another. */
port.on('message', (order: Order) => {
  void studio.obey(order).then(() => {
    if (order.kind === 'end') port.close();
  });
});
