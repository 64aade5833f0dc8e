/** Who needs the audio of a channel here: as long as anybody does, media does not go past the PBX. */
export class AudioNeeds {
  readonly #changed: () => void;
  #count = 0;

  /** `changed` is told when the first comes, and when the last has gone. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** @returns what ends the need, once */
  add(): () => void {
    let ended = false;
    if (++this.#count === 1) this.#changed();
    return () => {
      if (ended) return;
      ended = true;
      if (--this.#count === 0) this.#changed();
    };
  }
}
