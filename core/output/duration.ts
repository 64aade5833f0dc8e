/** Durations and times of day, as show commands print them. */

const UNITS = [
  ['year', 31_536_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `1 hour, 5 seconds`: the units that are not zero, or `0 seconds`. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let left = seconds;
  for (const [name, length] of UNITS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.length > 0 ? parts.join(', ') : '0 seconds';
}

/** `12:22:05`, local time. */
export const timeOfDay = (epochMs: number): string => new Date(epochMs).toTimeString().slice(0, 8);
