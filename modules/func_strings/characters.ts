/** Sets of characters as FILTER and REPLACE have them: `0-9a-f`, `\\n`, `\\x2d`. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };

interface Written {
  readonly character: string;
  /** A dash that stands for itself makes no range. */
  readonly escaped: boolean;
}

function* written(text: string): Generator<Written> {
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\' || at === text.length - 1) {
      yield { character: text[at]!, escaped: false };
      continue;
    }
    const hex = /^x([0-9a-f]{1,2})/i.exec(text.slice(at + 1));
    const octal = /^0[0-7]{1,3}/.exec(text.slice(at + 1));
    if (hex) yield { character: String.fromCharCode(Number.parseInt(hex[1]!, 16)), escaped: true };
    else if (octal) yield { character: String.fromCharCode(Number.parseInt(octal[0], 8)), escaped: true };
    else yield { character: ESCAPES[text[at + 1]!] ?? text[at + 1]!, escaped: true };
    at += hex ? hex[0].length : octal ? octal[0].length : 1;
  }
}

export function charactersOf(text: string): ReadonlySet<string> {
  const all = [...written(text)];
  const characters = new Set<string>();
  for (let at = 0; at < all.length; at++) {
    const [first, dash, last] = [all[at]!, all[at + 1], all[at + 2]];
    if (dash?.character !== '-' || dash.escaped || !last) {
      characters.add(first.character);
      continue;
    }
    for (let code = first.character.charCodeAt(0); code <= Math.min(last.character.charCodeAt(0), 0xffff); code++) {
      characters.add(String.fromCharCode(code));
    }
    at += 2;
  }
  return characters;
}
