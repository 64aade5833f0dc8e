/** A message that cannot be taken: what to answer, and what could be read of it. */
import type { Message } from './message.js';

export class ParseError extends Error {
  constructor(
    /** 400, 505; 0: drop it, nothing may be answered. */
    readonly status: number,
    /** The reason phrase of the answer. */
    readonly reason: string,
    /** What is wrong, in the operator's words. Quotes nothing of the message. */
    readonly detail: string,
    /** The message as far as it could be read, to build an answer from. */
    readonly partial?: Message,
  ) {
    // The fault is the sender's: a stack says nothing, and taking it is most of what a malformed packet costs.
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = depth;
    this.name = 'ParseError';
  }
}

export const badRequest = (detail: string): ParseError => new ParseError(400, 'Bad Request', detail);
