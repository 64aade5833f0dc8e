/** What AGI works with. */
import type { AstDb, Channels, Core, Dialplan, Directories, Prompts } from '#core';
import type { Peers } from './peer.js';

export interface Tools {
  readonly core: Core;
  readonly astdb: AstDb;
  readonly channels: Channels;
  readonly dialplan: Dialplan;
  readonly prompts: Prompts;
  readonly directories: Directories;
  readonly systemname: string;
  readonly peers: Peers;
  /** Whether what is said is logged: `agi set debug`. */
  readonly debug: { on: boolean };
}
