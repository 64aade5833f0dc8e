/** What modules find of calls under tokens: channels with those that are called locally, the dialplan, tones and sounds. */
import { join } from 'node:path';
import type { Calls } from './calls.js';
import { channels } from './channel/channels.js';
import { type LocalParts, LocalTechnology } from './channel/local.js';
import { mediaEngine } from './channel/media.js';
import { toneZones } from './channel/tone-zones.js';
import { contexts } from './dialplan/contexts.js';
import { dialplan } from './dialplan/dialplan.js';
import type { DialplanEngine } from './dialplan/engine.js';
import { CORE } from './module-core.js';
import type { Token } from './registry.js';
import { SoundFiles, sounds } from './sounds.js';

/** Sounds that come with the PBX, beside its samples. */
const OWN_SOUNDS = join(__dirname, '..', '..', 'configs', 'sounds');

/** Who the services are given to. */
export interface CallServices {
  provide<T>(token: Token<T>, service: T): void;
  find<T>(token: Token<T>): T | undefined;
  readonly emit: LocalParts['emit'];
  failed(what: string, thrown: unknown): void;
}

/** `astdatadir`: where the operator's own sounds lie, which go before those. */
export function provideCalls(
  { provide, find, emit, failed }: CallServices,
  calls: Calls,
  engine: DialplanEngine,
  astdatadir: string,
): void {
  provide(channels, calls.channels);
  provide(toneZones, calls.tones);
  provide(sounds, new SoundFiles([join(astdatadir, 'sounds'), OWN_SOUNDS]));
  provide(dialplan, engine);
  provide(contexts, engine.contexts);
  const media = () => find(mediaEngine);
  const local = { channels: calls.channels, dialplan: engine, contexts: engine.contexts, media, emit, failed };
  calls.channels.addTechnology(CORE, new LocalTechnology(local));
}
