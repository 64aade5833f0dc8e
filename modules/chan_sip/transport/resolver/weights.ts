/** The order of servers of one service: by priority, and within it at random by weight (RFC 2782). */
import type { Srv } from './record.js';

/** `random` gives 0 to 1, 1 excluded. */
export function ordered(records: readonly Srv[], random: () => number): Srv[] {
  const priorities = new Map<number, Srv[]>();
  for (const record of records.toSorted((a, b) => a.priority - b.priority)) {
    const group = priorities.get(record.priority);
    if (group) group.push(record);
    else priorities.set(record.priority, [record]);
  }
  return [...priorities.values()].flatMap(group => drawn(group, random));
}

/** Those of weight 0 stand first, so that they have a small chance beside the others. */
function drawn(group: readonly Srv[], random: () => number): Srv[] {
  const left = group.toSorted((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const order: Srv[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    // A whole number of 0 to the sum, both included.
    const drawn = Math.floor(random() * (sum + 1));
    let running = 0;
    const at = left.findIndex(({ weight }) => (running += weight) >= drawn);
    order.push(...left.splice(Math.max(at, 0), 1));
  }
  return order;
}
