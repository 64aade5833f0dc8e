/** Times as records have them: `2026-11-28 14:03:00`. */

/** `utc`: of no time zone; else of this machine's. */
export function dateOf(ms: number, utc: boolean): string {
  const date = new Date(utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
