/** A log in a directory of its own, for tests: what it was given, what its files hold, what consoles saw. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestClock } from '../../../core/clock.js';
import type { Console } from '../../../core/command.js';
import { type LoggerConfig, Loggers, type LogSink, readLoggerConf } from '../../../core/logger.js';

export class LogStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'logger-'));
  readonly complaints: string[] = [];

  loggers(clock = new TestClock(new Date(2026, 10, 22, 11, 44, 7, 417).getTime())): Loggers {
    return new Loggers({
      clock,
      pid: 27228,
      directory: this.directory,
      version: '0.1.0',
      complain: text => this.complaints.push(text.replaceAll(this.directory, '.')),
    });
  }

  lines(name: string): string[] {
    return readFileSync(join(this.directory, name), 'utf8').trimEnd().split('\n');
  }

  /** The texts of a file's records, without date, and without the line that tells of its opening. */
  texts(name: string): string[] {
    return this.lines(name)
      .filter(line => !/\] Obelisk .* opened$/.test(line))
      .map(line => line.replace(/^\[[^\]]*\] /, ''));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** The configuration of these lines of [logfiles] and [general], by name. */
export function config(logfiles: Record<string, string>, general: Record<string, string> = {}): LoggerConfig {
  const section = (name: string, options: Record<string, string>) => ({
    name,
    template: false,
    file: 'logger.conf',
    line: 1,
    variables: Object.entries(options).map(([option, value], at) => {
      return { name: option, value, file: 'logger.conf', line: at + 2, object: true };
    }),
  });
  const sections = [section('general', general), section('logfiles', logfiles)];
  return readLoggerConf({ name: 'logger.conf', warnings: [], sections }).config;
}

export function sink(parts: Partial<Console> = {}): LogSink & { readonly seen: string[]; readonly console: Console } {
  const seen: string[] = [];
  const console: Console = { kind: 'remote', width: undefined, verbosity: 0, muted: false, ...parts };
  return { console, colour: false, seen, write: text => void seen.push(text) };
}
