/**
 * What a client may have the dialplan do. Whatever reaches beyond the call is for users of the class `system` alone
 * (AST-2011-006, AST-2012-004, AST-2013-007, AST-2019-007, GHSA-c4cg-9275-6w44).
 */
import { ApplicationError, type Dialplan, type ManagerCall, ManagerError, type Settings, splitArguments } from '#core';

/** Applications whose names contain one of these run programs, or others in their place. */
const APPLICATIONS = ['agi', 'dbdeltree', 'exec', 'externalivr', 'mixmonitor', 'originate', 'reload', 'system'];
/** Functions, and families of them, that arguments may not name. */
const FUNCTIONS = ['CURL', 'DB', 'EVAL', 'FILE', 'ODBC', 'REALTIME', 'SHELL'];

export interface AuthorityParts {
  readonly dialplan: Dialplan;
  readonly settings: Pick<Settings, 'live_dangerously'>;
}

const DENIED = 'Originate Access Forbidden: app or data blacklisted';

/** Does work of the dialplan as far as the user may. @throws ManagerError with what the operator wrote wrongly */
export async function asUser<T>(dialplan: Dialplan, call: ManagerCall, work: () => Promise<T>): Promise<T> {
  try {
    return await (call.may('system') ? work() : dialplan.fromOutside(work));
  } catch (thrown) {
    if (thrown instanceof ApplicationError) throw new ManagerError(thrown.message);
    throw thrown;
  }
}

/** `NAME` or `FUNCTION(arguments)`. @throws ManagerError where the user may not have that function read or written */
export function allowFunction(
  { dialplan, settings }: AuthorityParts,
  call: ManagerCall,
  expression: string,
  how: 'read' | 'write',
): void {
  const end = expression.indexOf('(');
  const dangerous = end < 0 ? undefined : dialplan.dialplanFunction(expression.slice(0, end).trim())?.entry.dangerous;
  const reaches = dangerous === how || dangerous === 'both';
  if (reaches && !settings.live_dangerously && !call.may('system')) throw new ManagerError('Permission denied');
}

/** @throws ManagerError where the user may not have that application run */
export function allowApplication(dialplan: Dialplan, call: ManagerCall, application: string, data: string): void {
  if (call.may('system')) return;
  const name = application.toLowerCase();
  const reaches =
    APPLICATIONS.some(part => name.includes(part)) ||
    dialplan.application(name)?.entry.dangerous === true ||
    FUNCTIONS.some(part => data.includes(part)) ||
    (name === 'queue' && !call.may('agi') && namesAgi(data));
  if (reaches) throw new ManagerError(DENIED);
}

/** Whether the sixth argument of Queue, a script, is there. */
const namesAgi = (data: string): boolean => (splitArguments(data)[5] ?? '').trim() !== '';
