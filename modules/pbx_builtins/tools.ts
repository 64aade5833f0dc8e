/** What the applications work with. */
import type { Channels, Dialplan, Logger, Prompts, ToneZones } from '#core';
import type { Indicated } from './indicated.js';

export interface Tools {
  readonly log: Logger;
  readonly dialplan: Dialplan;
  readonly channels: Channels;
  readonly zones: ToneZones;
  readonly indicated: Indicated;
  readonly prompts: Prompts;
}
