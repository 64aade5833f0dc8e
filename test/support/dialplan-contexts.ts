/** Contexts for tests, with extensions as lines: `internal: 600,1(label),Answer()`. */
import { TestClock } from '../../core/clock.js';
import type { DialplanSwitch } from '../../core/dialplan/application.js';
import { Context } from '../../core/dialplan/context.js';
import { Contexts, HINT, type Step, type Substitute } from '../../core/dialplan/contexts.js';
import { OwnedTable } from '../../core/dialplan/owned-table.js';
import { keptLog } from './wire.js';

export interface ContextsStage {
  readonly contexts: Contexts;
  readonly clock: TestClock;
  readonly switches: OwnedTable<DialplanSwitch>;
  /** Lines of the log. */
  readonly lines: string[];
}

export function contextsStage(substitute: Substitute = (_channel, text) => text): ContextsStage {
  const clock = new TestClock();
  const { log, lines } = keptLog();
  const switches = new OwnedTable<DialplanSwitch>('switch', false);
  return { contexts: new Contexts({ clock, log, switches, substitute }), clock, switches, lines };
}

/** A step of `600[/caller],1[(label)],Answer(data)`. */
export function stepOf(context: string, line: string, registrar = 'test'): Step {
  const [, extension = '', callerNumber, priority, label, what = ''] =
    /^([^,/]+)(?:\/([^,]*))?,(\d+|hint)(?:\((\w+)\))?,(.*)$/.exec(line)!;
  const [, application = what, data = ''] = (priority !== 'hint' && /^([^(]+)\((.*)\)$/.exec(what)) || [];
  const number = priority === 'hint' ? HINT : Number(priority);
  return {
    context,
    extension,
    callerNumber,
    priority: number,
    label,
    application,
    data,
    registrar,
    file: undefined,
    line: undefined,
  };
}

/** A context with those extensions. */
export function contextOf(name: string, lines: readonly string[], registrar = 'test'): Context {
  const context = new Context(name, registrar);
  for (const line of lines) context.add(stepOf(name, line, registrar));
  return context;
}
