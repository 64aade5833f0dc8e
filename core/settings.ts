/** asterisk.conf: where things are and how the process behaves. */
import { token } from './registry.js';

/** Absolute paths. */
export interface Directories {
  readonly astetcdir: string;
  readonly astmoddir: string;
  readonly astvarlibdir: string;
  readonly astdbdir: string;
  readonly astkeydir: string;
  readonly astdatadir: string;
  readonly astagidir: string;
  readonly astspooldir: string;
  readonly astrundir: string;
  readonly astlogdir: string;
  readonly astcachedir: string;
}

export interface Settings {
  /** The asterisk.conf that was read; undefined when there is none. */
  readonly file: string | undefined;
  readonly directories: Directories;
  readonly systemname: string;
  /** Whether show commands print secrets. */
  readonly showsecrets: boolean;
}

export const settings = token<Settings>('settings');
