/** What a NOTIFY that somebody orders says: lines `name=value` as its headers and its body. */
import type { Body } from '../message/build.js';
import { encode } from '../message/octets.js';
import type { NoticeLine } from '../options/notify-line.js';
import type { Header } from './answers.js';

export interface Notice {
  readonly headers: readonly Header[];
  readonly body?: Body;
}

/** It is counted, whatever is said. */
const LENGTH: ReadonlySet<string> = new Set(['content-length', 'l']);
const TYPE: ReadonlySet<string> = new Set(['content-type', 'c']);
const DEFAULT_TYPE = 'text/plain';

/** `Subscription-State: terminated` goes first, as the original has it; lines called Content are the body. */
export function noticeOf(lines: readonly NoticeLine[]): Notice {
  const said = lines.map(({ name, value }) => ({ name, key: name.toLowerCase(), value: encode(value) }));
  const content = said.filter(({ key }) => key === 'content').map(({ value }) => value);
  const type = said.findLast(({ key }) => TYPE.has(key))?.value;
  const apart = (key: string): boolean => key === 'content' || LENGTH.has(key) || (TYPE.has(key) && content.length > 0);
  const headers: Header[] = said.filter(({ key }) => !apart(key)).map(({ name, value }) => [name, value]);
  const state = said.some(({ key }) => key === 'subscription-state');
  return {
    headers: state ? headers : [['Subscription-State', 'terminated'], ...headers],
    ...(content.length > 0 && { body: { type: type ?? DEFAULT_TYPE, text: content.join('\r\n') } }),
  };
}
