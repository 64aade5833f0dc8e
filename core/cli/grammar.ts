/** The syntax of a command, parsed: `core stop {now|gracefully|when convenient}`. */

export type Node =
  | { readonly kind: 'word' /** Lower case. */; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string /** Takes one word or more. */; readonly many: boolean }
  | { readonly kind: 'choice'; readonly ways: readonly Sequence[]; readonly optional: boolean };

export type Sequence = readonly Node[];

export interface Grammar {
  readonly nodes: Sequence;
  /** The words that it begins with, lower case: what the command is called. */
  readonly head: readonly string[];
  /** What `core show help` lists: the syntax without its parameters. */
  readonly label: string;
  /** The same for two syntaxes that differ in letter case and names of parameters only. */
  readonly identity: string;
}

const TOKEN = /\s*(?:<(?<name>[^<>]+)>(?<many>\.\.\.)?|(?<mark>[{}[\]|])|(?<word>[^\s{}[\]|<>]+))/y;

type Token = { name?: string; many?: string; mark?: string; word?: string };

/** @throws when the syntax is not one: a mistake of whoever wrote the command. */
export function parse(syntax: string): Grammar {
  const tokens = tokensOf(syntax);
  const nodes = sequence(syntax, tokens);
  if (tokens.length > 0) throw new Error(`command '${syntax}': '${tokens[0]?.mark}' closes nothing`);
  const head = headOf(nodes);
  if (head.length === 0) throw new Error(`command '${syntax}': must begin with a word`);
  return { nodes, head, label: labelOf(nodes), identity: identityOf(nodes) };
}

function tokensOf(syntax: string): Token[] {
  const tokens: Token[] = [];
  const text = syntax.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new Error(`command '${syntax}': cannot be read from '${text.slice(at).trimStart()}'`);
    tokens.push(found.groups as Token);
  }
  return tokens;
}

/** Takes nodes from `tokens` up to a mark that is not its own. */
function sequence(syntax: string, tokens: Token[]): Node[] {
  const nodes: Node[] = [];
  for (let token = tokens[0]; token; token = tokens[0]) {
    if (token.mark !== undefined && '|]}'.includes(token.mark)) break;
    tokens.shift();
    if (token.mark !== undefined) nodes.push(choice(syntax, tokens, token.mark));
    else if (token.word !== undefined) nodes.push({ kind: 'word', text: token.word.toLowerCase() });
    else nodes.push({ kind: 'parameter', name: token.name ?? '', many: token.many !== undefined });
  }
  return nodes;
}

function choice(syntax: string, tokens: Token[], opening: string): Node {
  const closing = opening === '{' ? '}' : ']';
  const ways: Sequence[] = [];
  for (;;) {
    ways.push(sequence(syntax, tokens));
    const mark = tokens.shift()?.mark;
    if (mark === '|') continue;
    if (mark !== closing) throw new Error(`command '${syntax}': '${opening}' is not closed by '${closing}'`);
    return { kind: 'choice', ways, optional: opening === '[' };
  }
}

function headOf(nodes: Sequence): string[] {
  const head: string[] = [];
  for (const node of nodes) {
    if (node.kind !== 'word') break;
    head.push(node.text);
  }
  return head;
}

const labelOf = (nodes: Sequence): string => {
  const parts = nodes.map(node => {
    if (node.kind === 'parameter') return '';
    if (node.kind === 'word') return node.text;
    const ways = node.ways.map(labelOf).filter(way => way !== '');
    if (ways.length === 0) return '';
    return node.optional ? `[${ways.join('|')}]` : `{${ways.join('|')}}`;
  });
  return parts.filter(part => part !== '').join(' ');
};

const identityOf = (nodes: Sequence): string =>
  nodes
    .map(node => {
      if (node.kind === 'word') return node.text;
      if (node.kind === 'parameter') return node.many ? '<>...' : '<>';
      const ways = node.ways.map(identityOf).join('|');
      return node.optional ? `[${ways}]` : `{${ways}}`;
    })
    .join(' ');
