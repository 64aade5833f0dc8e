/** What the applications work with. */
import type { Channels, Dialplan, Logger, Prompts, ToneZones } from '#core';

export interface Tools {
  readonly log: Logger;
  readonly dialplan: Dialplan;
  readonly channels: Channels;
  readonly zones: ToneZones;
  readonly prompts: Prompts;
}
