/** A port in a media thread: what it hears, what is played at it, what is recorded of it. Where it leads to is a Line. */
import type { PlaybackEnd } from '#core';
import { hush, isLinear, samplesOf } from './codec.js';
import { KeyDetector } from './dtmf.js';
import type { Frame, Sink } from './frame.js';
import type { KeyListener } from './keys-in.js';
import { KeysOut } from './keys-out.js';
import type { Pace, Paced } from './pace.js';
import { Player, type Speech } from './player.js';
import { Recorder, type RecorderOptions } from './recorder.js';
import type { Sound } from './tones.js';

/** Where a port leads to. */
export interface Line {
  readonly speech: Speech;
  /** Whether keys go as events. */
  readonly takesEvents: boolean;
  say(frame: Frame, now: number): void;
  /** A packet of an event, with room for a header before it. */
  event(data: Buffer, began: boolean, now: number): void;
  passOver(source: number, hops: number): void;
}

/** What a port tells of what it was asked to do. */
export interface PortListener extends KeyListener {
  played(job: number, end: PlaybackEnd): void;
  recorded(job: number, duration: number, failure: string | undefined): void;
}

export interface PortParts {
  readonly pace: Pace;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** A number that no other source has. */
  readonly newSource: () => number;
  readonly listener: PortListener;
}

const samples = new Int16Array(2000);

export class Port implements Sink, Paced {
  readonly #parts: PortParts;
  readonly #line: Line;
  readonly #keys: KeysOut;
  /** What hears what comes in. */
  #peer: Sink | undefined;
  /** What is played: while a file is opened, no player yet. */
  #playing: { readonly job: number; player: Player | undefined } | undefined;
  readonly #recorders = new Map<number, Recorder>();
  #detector: KeyDetector | undefined;
  #detected: { readonly key: string; readonly since: number } | undefined;
  #closed = false;

  constructor(line: Line, parts: PortParts) {
    this.#line = line;
    this.#parts = parts;
    this.#keys = new KeysOut({
      takesEvents: () => line.takesEvents,
      speech: () => line.speech,
      event: (data, began) => line.event(data, began, parts.now()),
      say: frame => this.#say(frame),
      source: parts.newSource(),
    });
  }

  get peer(): Sink | undefined {
    return this.#peer;
  }

  connect(peer: Sink | undefined): void {
    this.#peer = peer;
  }

  /** Something has come from where it leads to. */
  arrive(frame: Frame): void {
    if (this.#recorders.size > 0) {
      for (const recorder of this.#recorders.values()) recorder.take('in', frame, this.#parts.now());
    }
    if (this.#detector) this.#detect(this.#detector, frame);
    this.#peer?.hear(frame);
  }

  /** Something has come that is not to be heard. */
  leftOut(source: number, hops = 0): void {
    this.#peer?.passOver(source, hops);
  }

  hear(frame: Frame): void {
    if (this.#playing?.player || this.#keys.busy) return;
    this.#say(frame);
  }

  passOver(source: number, hops: number): void {
    this.#line.passOver(source, hops);
  }

  /** Whether keys are listened for in what comes in. */
  detect(wanted: boolean): void {
    if (wanted) this.#detector ??= new KeyDetector();
    else {
      this.#release();
      this.#detector = undefined;
    }
  }

  play(job: number, sound: Promise<Sound | string>): void {
    this.#endPlaying('stopped');
    const playing: { readonly job: number; player: Player | undefined } = { job, player: undefined };
    this.#playing = playing;
    void sound.then(opened => this.#opened(playing, opened));
  }

  #opened(playing: { readonly job: number; player: Player | undefined }, sound: Sound | string): void {
    if (this.#playing !== playing) {
      if (typeof sound !== 'string') sound.close();
    } else if (typeof sound === 'string') {
      this.#playing = undefined;
      this.#parts.listener.played(playing.job, { how: 'failed', position: 0, reason: sound });
    } else {
      const source = this.#parts.newSource();
      playing.player = new Player(sound, { source, speech: () => this.#line.speech, say: frame => this.#say(frame) });
      this.#parts.pace.add(this);
    }
  }

  /** Ends a playback or a recording; of one that is over there is nothing to end. */
  stop(job: number): Promise<void> {
    if (this.#playing?.job === job) this.#endPlaying('stopped');
    return this.#endRecording(job);
  }

  record(job: number, options: RecorderOptions): void {
    if (this.#closed) return;
    this.#recorders.set(job, new Recorder(options, this.#parts.now()));
    this.#parts.pace.add(this);
  }

  beginDigit(digit: string): void {
    this.#keys.begin(digit);
    this.#parts.pace.add(this);
  }

  endDigit(digit: string, duration: number): void {
    this.#keys.end(digit, duration);
    this.#parts.pace.add(this);
  }

  /** What is being played, and how far it is. */
  get position(): readonly [job: number, position: number] | undefined {
    return this.#playing?.player && [this.#playing.job, this.#playing.player.position];
  }

  beat(now: number): boolean {
    if (this.#closed) return false;
    for (const [job, recorder] of this.#recorders) {
      recorder.beat(now);
      if (recorder.failure !== undefined) void this.#endRecording(job);
    }
    if (this.#keys.active) this.#keys.beat();
    else this.#playOn();
    return this.#keys.active || this.#playing?.player !== undefined || this.#recorders.size > 0;
  }

  #playOn(): void {
    const playing = this.#playing;
    const end = playing?.player?.beat();
    if (!playing || !end || this.#playing !== playing) return;
    playing.player?.close();
    this.#playing = undefined;
    this.#parts.listener.played(playing.job, end);
  }

  /** Everything that is going on ends, and is told of. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.pace.remove(this);
    this.#release();
    this.#endPlaying('stopped');
    await Promise.all([...this.#recorders.keys()].map(job => this.#endRecording(job)));
  }

  #say(frame: Frame): void {
    const now = this.#parts.now();
    for (const recorder of this.#recorders.values()) if (recorder.both) recorder.take('out', frame, now);
    this.#line.say(frame, now);
  }

  #endPlaying(how: 'stopped'): void {
    const playing = this.#playing;
    if (!playing) return;
    this.#playing = undefined;
    playing.player?.close();
    this.#parts.listener.played(playing.job, { how, position: playing.player?.position ?? 0 });
  }

  async #endRecording(job: number): Promise<void> {
    const recorder = this.#recorders.get(job);
    if (!recorder) return;
    this.#recorders.delete(job);
    const duration = await recorder.close(this.#parts.now());
    this.#parts.listener.recorded(job, duration, recorder.failure);
  }

  /** Looks for a key; while one is held its tone is not passed on, since the key itself is told. */
  #detect(detector: KeyDetector, frame: Frame): void {
    if (!isLinear(frame.codec)) return;
    detector.take(samples, samplesOf(frame, samples));
    if (detector.key !== (this.#detected?.key ?? '')) {
      this.#release();
      if (detector.key !== '') {
        this.#detected = { key: detector.key, since: this.#parts.now() };
        this.#parts.listener.digitBegan(detector.key);
      }
    }
    if (this.#detected) hush(frame);
  }

  #release(): void {
    const detected = this.#detected;
    this.#detected = undefined;
    if (detected) this.#parts.listener.digitEnded(detected.key, Math.round(this.#parts.now() - detected.since));
  }
}
