/** What a Dial works with. */
import type { AstDb, Channels, Core, Dialplan, Prompts, Sounds, ToneZones } from '#core';

export interface Tools {
  readonly core: Core;
  readonly channels: Channels;
  readonly dialplan: Dialplan;
  readonly sounds: Sounds;
  readonly prompts: Prompts;
  readonly zones: ToneZones;
  readonly astdb: AstDb;
  /** Where the names are kept that callers have said. */
  readonly introductions: string;
}

/** `context^extension^priority(a^b)` as a subroutine is written elsewhere. */
export const subroutineOf = (text: string): string => text.replaceAll('^', ',');
