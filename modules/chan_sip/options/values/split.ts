/** Splitting a line at a character that stands outside quotes, brackets and parentheses and behind no backslash. */

const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']', '(': ')' };

/** The places of `separator` that count. */
export function placesOf(text: string, separator: string): number[] {
  const places: number[] = [];
  let closing = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\') at += 1;
    else if (closing !== '') closing = char === closing ? '' : closing;
    else if (char === separator) places.push(at);
    else closing = CLOSING[char] ?? '';
  }
  return places;
}

export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const place of placesOf(text, separator)) {
    parts.push(text.slice(from, place));
    from = place + 1;
  }
  return [...parts, text.slice(from)];
}

/** What stands before and behind the last `separator`; undefined when there is none. */
export function splitLast(text: string, separator: string): [before: string, behind: string] | undefined {
  const place = placesOf(text, separator).at(-1);
  return place === undefined ? undefined : [text.slice(0, place), text.slice(place + 1)];
}

/** A field without the quotes around it and the backslashes in it. */
export const bare = (field: string): string => {
  const inner = /^"(.*)"$/s.exec(field.trim())?.[1] ?? field.trim();
  return inner.replace(/\\(.)/gs, '$1');
};
