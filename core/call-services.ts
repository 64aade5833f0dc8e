/** What modules find of calls under tokens: channels, the dialplan, tones and sounds. */
import { join } from 'node:path';
import type { Calls } from './calls.js';
import { channels } from './channel/channels.js';
import { ToneZoneTable, toneZones } from './channel/tone-zones.js';
import { contexts } from './dialplan/contexts.js';
import { dialplan } from './dialplan/dialplan.js';
import type { DialplanEngine } from './dialplan/engine.js';
import type { Token } from './registry.js';
import { SoundFiles, sounds } from './sounds.js';

/** Sounds that come with the PBX, beside its samples. */
const OWN_SOUNDS = join(__dirname, '..', '..', 'configs', 'sounds');

/** `astdatadir`: where the operator's own sounds lie, which go before those. */
export function provideCalls(
  provide: <T>(token: Token<T>, service: T) => void,
  calls: Calls,
  engine: DialplanEngine,
  astdatadir: string,
): void {
  provide(channels, calls.channels);
  provide(toneZones, new ToneZoneTable());
  provide(sounds, new SoundFiles([join(astdatadir, 'sounds'), OWN_SOUNDS]));
  provide(dialplan, engine);
  provide(contexts, engine.contexts);
}
