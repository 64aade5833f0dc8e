/** A log for knex: what it would write to the terminal is thrown by it as well. */
const silence = (): void => undefined;

export const SILENT = { warn: silence, error: silence, deprecate: silence, debug: silence };
