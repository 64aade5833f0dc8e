/** What who calls sees and hears while it rings. */
import type { Channel, Playback, ToneZones } from '#core';

export interface ProgressTerms {
  /** Option r: ringing whatever the other end says; R: until there is something to hear; else as it comes. */
  readonly ringing: 'always' | 'until media' | 'as told';
  /** Of indications.conf, in place of ringing; empty: none. */
  readonly tone: string;
  /** Several ring: nobody of them is heard. */
  readonly several: boolean;
  /** Sent to the other end when it makes progress. */
  readonly onProgress: (callee: Channel) => void;
}

export class Progress {
  readonly #caller: Channel;
  readonly #terms: ProgressTerms;
  readonly #zones: ToneZones;
  readonly #begun: number;
  #rings = false;
  #tone: Playback | undefined;
  #heardFrom: Channel | undefined;
  /** Milliseconds until it rang, and until there was something to hear. */
  rangAfter: number | undefined;
  progressedAfter: number | undefined;

  constructor(caller: Channel, terms: ProgressTerms, zones: ToneZones) {
    this.#caller = caller;
    this.#terms = terms;
    this.#zones = zones;
    this.#begun = caller.clock.elapsed();
    if (terms.ringing !== 'as told') this.#ring();
  }

  heard(kind: 'ringing' | 'progress' | 'proceeding', callee: Channel): void {
    if (kind === 'ringing') {
      this.rangAfter ??= this.#elapsed();
      this.#ring();
    }
    if (kind === 'proceeding' && !this.#rings) this.#caller.indicate('proceeding');
    if (kind !== 'progress') return;
    this.progressedAfter ??= this.#elapsed();
    this.#terms.onProgress(callee);
    if (this.#terms.several || this.#terms.ringing === 'always') return;
    this.#quiet();
    if (!this.#caller.isUp) this.#caller.indicate('progress');
    const [here, there] = [this.#caller.leg.media, callee.leg.media];
    if (!here || !there) return;
    here.connect(there);
    this.#heardFrom = callee;
  }

  /** It rings no longer. */
  end(): void {
    this.#quiet();
    if (this.#heardFrom) this.#caller.leg.media?.connect(undefined);
  }

  #ring(): void {
    if (this.#rings) return;
    this.#rings = true;
    this.#tone = this.#ownTone() ?? this.#zones.indicate(this.#caller, 'ringing');
  }

  /** What is heard before the answer goes by progress. */
  #ownTone(): Playback | undefined {
    const { tone } = this.#terms;
    const tones = tone === '' ? undefined : this.#zones.tones(this.#caller.tonezone, tone);
    if (tones === undefined || !this.#caller.leg.media) return undefined;
    if (!this.#caller.isUp) this.#caller.indicate('progress');
    return this.#caller.play({ kind: 'tone', tones });
  }

  #quiet(): void {
    this.#tone?.stop();
    this.#tone = undefined;
  }

  #elapsed(): number {
    return this.#caller.clock.elapsed() - this.#begun;
  }
}
