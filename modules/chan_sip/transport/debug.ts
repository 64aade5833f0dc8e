/** `sip set debug`: prints what goes by, of everyone or of some addresses, with every control character visible. */
import type { Logger } from '#core';
import { decode } from '../message/octets.js';
import { type Endpoint, type Flow, formatEndpoint } from './transport.js';

/** Controls, and what turns the direction of writing: each could make a terminal show what is not there. */
const INVISIBLE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export class Debug {
  /** `address` or `address:port` (`[v6]:port`); when empty, everyone. */
  readonly filters = new Set<string>();
  enabled = false;
  readonly #print: (line: string) => void;

  /** `print` is given a line at a time, so that no line of a message can pass for one of the log. */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  static to(log: Logger): Debug {
    return new Debug(line => log.verbose(0, line));
  }

  matches(remote: Endpoint): boolean {
    const { filters } = this;
    return this.enabled && (filters.size === 0 || filters.has(remote.address) || filters.has(formatEndpoint(remote)));
  }

  show(direction: 'read from' | 'sent to', flow: Flow, text: string): void {
    if (!this.matches(flow.remote)) return;
    this.#print(`<--- SIP ${direction} ${flow.protocol.toUpperCase()}:${formatEndpoint(flow.remote)} --->`);
    for (const line of text.split('\r\n')) this.#print(visible(line));
    this.#print('<------------->');
  }
}

/** Received text as it may be shown. */
export const visible = (octets: string): string => withoutControls(decode(octets));

/** `\x1b[2J` for what would clear the screen. */
export const withoutControls = (text: string): string =>
  text.replace(INVISIBLE, character => NAMED[character] ?? escaped(character.charCodeAt(0)));

const escaped = (code: number): string =>
  code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
