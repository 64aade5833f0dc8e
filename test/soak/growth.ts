/** Whether a process went on growing while the load stayed the same: the last third of a run beside the third before. */
import type { Gauge } from '../support/gauge.js';

const MB = 1024 * 1024;

/** What is compared, and by how much its median may be larger. */
const MEASURES: readonly [what: string, of: (gauge: Gauge) => number, most: number, unit: number][] = [
  ['heap in MB', ({ heapUsed }) => heapUsed, 4 * MB, MB],
  ['memory in MB', ({ rss }) => rss, 12 * MB, MB],
  ['handles', gauge => handlesOf(gauge), 3, 1],
];

/** Fewer samples than that say nothing: the first third is what a process takes until it has seen everything once. */
const ENOUGH = 9;

export const handlesOf = ({ handles }: Gauge): number => Object.values(handles).reduce((sum, one) => sum + one, 0);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** @param gauges at even distances, oldest first @returns a line for each thing that grew */
export function growing(gauges: readonly Gauge[]): string[] {
  if (gauges.length < ENOUGH) return [];
  const third = Math.floor(gauges.length / 3);
  return MEASURES.flatMap(([what, of, most, unit]) => {
    const [before, after] = [median(gauges.slice(-2 * third, -third).map(of)), median(gauges.slice(-third).map(of))];
    if (after - before <= most) return [];
    return [`${what}: ${(before / unit).toFixed(1)}, then ${(after / unit).toFixed(1)}`];
  });
}
