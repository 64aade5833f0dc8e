/** Domain names: the one way they are written, and which of them can be asked for. */

const LONGEST = 253;
/** Letters, digits, hyphens, and the underscore of services (RFC 1035 §2.3.1, RFC 2782). */
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** In lower case, without a dot at its end. */
export const canonicalName = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();

/** Whether a canonical name fits into a question; whatever else somebody writes is not looked up. */
export const isAskable = (name: string): boolean => name.length <= LONGEST && NAME.test(name);
