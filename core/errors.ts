/** The three kinds of failure: the operator's (Problem), a refusal (LoadDeclined, CommandError), and ours (anything else thrown). */

/** Something wrong in the operator's files, with the place to look at. */
export interface Problem {
  readonly file: string;
  /** 1-based; 0 when it concerns the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** `file:line: message`, the one way a Problem is printed. */
export const formatProblem = ({ file, line, message }: Problem): string =>
  line > 0 ? `${file}:${line}: ${message}` : `${file}: ${message}`;

/** A module stays out, or keeps its old values at a reload. The problems are all there are, not the first. */
export class LoadDeclined extends Error {
  constructor(
    readonly reason: string,
    readonly problems: readonly Problem[] = [],
    /** What would be a warning if there were no problem: for who asks for all that there is to say. */
    readonly warnings: readonly Problem[] = [],
  ) {
    super([reason, ...problems.map(formatProblem)].join('\n'));
    this.name = 'LoadDeclined';
  }
}

/** A command cannot do what was asked; the message is the answer the operator reads. */
export class CommandError extends Error {
  constructor(
    message: string,
    /**
     * Whether the generic `Command '...' failed.` line follows, as for a failure rather than an answer. told: it is a
     * failure, and the answer says so well enough.
     */
    readonly failed: boolean | 'told' = false,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** The words of a thrown value, whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** What nobody waits for: should it be a promise that is rejected, that is told, and ends no process. */
export function unawaited(result: unknown, tell: (thrown: unknown) => void): void {
  if (result instanceof Promise) result.catch(tell);
}

/** The words and the stack of a thrown value: for what is our own fault and must be found. */
export const traceOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
