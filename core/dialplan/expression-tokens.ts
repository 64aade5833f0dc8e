/** The words of an expression `$[…]`. */

export type Token =
  | { readonly kind: 'operator'; readonly text: string; readonly at: number }
  /** A name, a number, a string with its quotes. */
  | { readonly kind: 'word'; readonly text: string; readonly at: number };

/** The expression cannot be read; the message says why. */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

const OPERATOR = /\|\|?|&&?|==?|=~|~~|>=?|<=?|!=?|::?|[-+*/%?(),]/y;
/** Letters, digits and what may stand among them; `$` as long as no brace follows; `${…}` that nobody has replaced. */
const WORD = /(?:[A-Za-z0-9.';\\_^#@\u0080-\uffff]|\$\{[^{}]*\}|\$(?!\{))+/y;
const STRING = /"[^"]*"/y;
const SPACE = /[ \t\r\n]+/y;

/** @throws ExpressionError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const take = (sticky: RegExp): string | undefined => {
      sticky.lastIndex = at;
      return sticky.exec(text)?.[0];
    };
    const space = take(SPACE);
    const word = take(STRING) ?? take(WORD);
    const operator = take(/=~/y) ?? take(OPERATOR);
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, at });
    else if (space === undefined) throw new ExpressionError(`'${text[at]}' is not understood`, at);
    at += (space ?? word ?? operator)!.length;
  }
  return tokens;
}
