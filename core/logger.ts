/** The log: levels and destinations of logger.conf; one named logger for each module. */

export type Level = 'debug' | 'notice' | 'warning' | 'error' | 'verbose' | 'security';

/** What a module logs with. Its name stands in every line. */
export interface Logger {
  error(text: string): void;
  warning(text: string): void;
  notice(text: string): void;
  /** Seen by whoever asked for `level` or more: `core set verbose 3`. */
  verbose(level: number, text: string): void;
  /** Whether anybody asked for debug messages of this level from this module: ask before making a costly text. */
  debugs(level: number): boolean;
  debug(level: number, text: string): void;
}
