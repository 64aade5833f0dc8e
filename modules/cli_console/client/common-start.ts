/** What all texts begin with. */
export function commonStart(texts: readonly string[]): string {
  const [first = '', ...rest] = texts;
  let { length } = first;
  for (const text of rest) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}
