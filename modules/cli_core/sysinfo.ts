/** `core show sysinfo`: what the machine has, and how much of it is free. */
import { readFile } from 'node:fs/promises';
import { freemem, totalmem, uptime } from 'node:os';
import type { Command, Field } from '#core';

const KIB = 1024;

/** Files of Linux; empty where there are none. */
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** A line of /proc/meminfo, in KiB. */
const memory = (text: string, name: string): number | undefined => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Lines whose figures the machine does not tell are left out. */
export function sysinfoFields(meminfo: string, loadavg: string): Field[] {
  const kib: [label: string, key: string, figure: number | undefined][] = [
    ['Total RAM:', 'totalRam', memory(meminfo, 'MemTotal') ?? Math.floor(totalmem() / KIB)],
    ['Free RAM:', 'freeRam', memory(meminfo, 'MemFree') ?? Math.floor(freemem() / KIB)],
    ['Buffer RAM:', 'bufferRam', memory(meminfo, 'Buffers')],
    ['Total Swap Space:', 'totalSwap', memory(meminfo, 'SwapTotal')],
    ['Free Swap Space:', 'freeSwap', memory(meminfo, 'SwapFree')],
  ];
  const processes = /\d+\/(\d+)/.exec(loadavg)?.[1];
  return [
    ['System Uptime:', `${Math.floor(uptime() / 3600)} hours`, 'uptime'],
    ...kib.flatMap(([label, key, figure]): Field[] => (figure === undefined ? [] : [[label, `${figure} KiB`, key]])),
    ...(processes === undefined ? [] : [['Number of Processes:', Number(processes), 'processes'] as Field]),
  ];
}

export const sysinfoCommands: readonly Command[] = [
  {
    syntax: 'core show sysinfo',
    summary: 'Show how much memory the machine has and how much is free',
    help: 'Processes are counted with their threads.',
    async run({ out }) {
      const [meminfo, loadavg] = await Promise.all([read('/proc/meminfo'), read('/proc/loadavg')]);
      out.line();
      out.line('System Statistics');
      out.line('-----------------');
      out.fields('  %-26s %s', sysinfoFields(meminfo, loadavg));
      out.line();
    },
  },
];
