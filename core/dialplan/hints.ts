/** Hints: extensions whose state is that of devices, who watches them, and who is told when it changes. */
import type { ChannelTable } from '../channel/channels.js';
import { combinedState, type DeviceState, type ExtensionState, extensionStateOf } from '../channel/device-state.js';
import { traceOf } from '../errors.js';
import type { Event, Fact } from '../events.js';
import type { Logger } from '../logger.js';
import { ApplicationError } from './application.js';
import { AUTOHINTS } from './context.js';
import type { Contexts } from './contexts.js';
import type { HintRow } from './dialplan.js';
import { HINT, type Step } from './question.js';

/** A number that has a hint. */
export interface Place {
  readonly context: string;
  readonly extension: string;
}

export interface HintsParts {
  readonly contexts: Contexts;
  readonly channels: Pick<ChannelTable, 'deviceState' | 'watchDevices'>;
  /** A text with its variables replaced, those of the place too. */
  readonly expand: (text: string, place: Place) => string | Promise<string>;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  readonly log: Logger;
}

type Changed = (row: HintRow | undefined) => void;

interface Watch extends Place {
  readonly changed: Changed;
  /** What it is told of. */
  hint: Hint | undefined;
}

/** A hint of a number; one that a pattern stands for is there while somebody watches it. */
interface Hint extends Place {
  readonly text: string;
  /** Whether the extension is written so: it is there without watchers. */
  readonly written: boolean;
  /** As they are named, and in small letters. */
  devices: readonly string[];
  keys: readonly string[];
  shown: string;
  state: DeviceState;
  readonly watches: Set<Watch>;
}

const REMOVED: ExtensionState = { number: -2, text: 'Removed' };

/** In all, so that subscriptions of strangers cannot fill the memory. */
const MOST_WATCHES = 20_000;

export class Hints {
  readonly #parts: HintsParts;
  /** By context and extension. */
  #hints = new Map<string, Hint>();
  readonly #byDevice = new Map<string, Set<Hint>>();
  readonly #watches = new Set<Watch>();
  /** Set while something changed that was not looked at yet. */
  #pending = false;
  /** Set while a hint is added here. */
  #adding = false;

  constructor(parts: HintsParts) {
    this.#parts = parts;
    parts.contexts.onHintsChange(() => this.#later());
    parts.channels.watchDevices(device => (device === undefined ? this.#later() : this.#deviceChanged(device)));
  }

  /** In the order of contexts and extensions; a pattern is among them, with no device of its own. */
  hints(): readonly HintRow[] {
    this.#fresh();
    const rows = [...this.#hints.values()].map(hint => this.#rowOf(hint));
    for (const step of this.#steps()) {
      if (step.extension.startsWith('_')) rows.push(rowOf(step, textOf(step), 'INVALID', 0));
    }
    return rows.sort((a, b) => compare(a.context, b.context) || compare(a.extension, b.extension));
  }

  hint(context: string, extension: string): HintRow | undefined {
    this.#fresh();
    const step = this.#parts.contexts.hint(context, extension);
    if (!step) return undefined;
    const place = placeOf(step, extension);
    const known = this.#hints.get(keyOf(place));
    if (known) return this.#rowOf(known);
    const shown = this.#parts.expand(textOf(step), place);
    return typeof shown === 'string'
      ? rowOf(place, shown, this.#stateOf(devicesIn(shown)), 0)
      : rowOf(place, '', 'UNKNOWN', 0);
  }

  /** @throws ApplicationError when too many watch already */
  watchHint(context: string, extension: string, changed: Changed): () => void {
    if (this.#watches.size >= MOST_WATCHES) {
      throw new ApplicationError(`${MOST_WATCHES} extensions are watched already`);
    }
    this.#fresh();
    const watch: Watch = { context, extension, changed, hint: undefined };
    this.#watches.add(watch);
    this.#point(watch);
    return () => {
      this.#watches.delete(watch);
      this.#unpoint(watch);
    };
  }

  // What is watched.

  /** Finds the hint that a watch is told of. */
  #point(watch: Watch): void {
    const step = this.#parts.contexts.hint(watch.context, watch.extension);
    if (!step) return;
    const place = placeOf(step, watch.extension);
    const key = keyOf(place);
    let hint = this.#hints.get(key);
    if (!hint) this.#hints.set(key, (hint = this.#open(step, place)));
    hint.watches.add(watch);
    watch.hint = hint;
  }

  #unpoint(watch: Watch): void {
    const { hint } = watch;
    watch.hint = undefined;
    if (!hint?.watches.delete(watch) || hint.written || hint.watches.size > 0) return;
    this.#hints.delete(keyOf(hint));
    this.#unindex(hint);
  }

  #open(step: Step, place: Place): Hint {
    const written = !step.extension.startsWith('_');
    const base = { ...place, text: textOf(step), written, watches: new Set<Watch>() };
    const hint: Hint = { ...base, devices: [], keys: [], shown: '', state: 'UNKNOWN' };
    const shown = this.#parts.expand(hint.text, place);
    if (typeof shown === 'string') this.#expanded(hint, shown);
    else void this.#expandLater(hint, shown);
    return hint;
  }

  #expanded(hint: Hint, shown: string): void {
    hint.shown = shown;
    hint.devices = devicesIn(shown);
    hint.keys = hint.devices.map(device => device.toLowerCase());
    hint.state = this.#stateOf(hint.devices);
    for (const key of hint.keys) {
      const hints = this.#byDevice.get(key);
      if (hints) hints.add(hint);
      else this.#byDevice.set(key, new Set([hint]));
    }
  }

  /** A function in the text had to be waited for. */
  async #expandLater(hint: Hint, shown: Promise<string>): Promise<void> {
    try {
      const text = await shown;
      if (this.#hints.get(keyOf(hint)) !== hint) return;
      this.#expanded(hint, text);
      this.#tell(hint);
    } catch (thrown) {
      this.#parts.log.warning(`the hint of ${hint.extension}@${hint.context} cannot be made out: ${String(thrown)}`);
    }
  }

  #unindex(hint: Hint): void {
    for (const key of hint.keys) {
      const hints = this.#byDevice.get(key);
      hints?.delete(hint);
      if (hints?.size === 0) this.#byDevice.delete(key);
    }
  }

  // What changes.

  #deviceChanged(device: string): void {
    this.#autohint(device);
    for (const hint of [...(this.#byDevice.get(device.toLowerCase()) ?? [])]) this.#look(hint);
  }

  /** Looks at a hint's state, and tells of it where it is another one for an extension. */
  #look(hint: Hint): void {
    const before = hint.state;
    hint.state = this.#stateOf(hint.devices);
    if (extensionStateOf(before).number !== extensionStateOf(hint.state).number) this.#tell(hint);
  }

  #tell(hint: Hint): void {
    this.#emit(hint, extensionStateOf(hint.state));
    const row = this.#rowOf(hint);
    for (const watch of [...hint.watches]) this.#call(watch, row);
  }

  #emit({ context, extension, shown }: Hint, { number: status, text: statusText }: ExtensionState): void {
    this.#parts.emit('extensionStateChanged', { context, extension, hint: shown, status, statusText });
  }

  /** A context with autohints has one for each device, named like it. */
  #autohint(device: string): void {
    const name = /^[^/:]+\/([^_].*)$/.exec(device)?.[1];
    if (name === undefined || this.#parts.channels.deviceState(device) === 'INVALID') return;
    for (const context of this.#parts.contexts.withAutohints) {
      if (!context.extension(name, undefined)?.steps.has(HINT)) this.#add(context.name, name, device);
    }
  }

  #add(context: string, extension: string, application: string): void {
    const { contexts, log } = this.#parts;
    this.#adding = true;
    try {
      contexts.addExtension({ context, extension, priority: 'hint', application, data: '', registrar: AUTOHINTS });
    } catch (thrown) {
      if (!(thrown instanceof ApplicationError)) throw thrown;
      log.warning(`[${context}] has no hint for ${application}: ${thrown.message}`);
      return;
    } finally {
      this.#adding = false;
    }
    // Those who watch it may have been told of a pattern until now, or of nothing.
    if ([...this.#watches].some(watch => watch.extension === extension)) {
      this.#later();
      return;
    }
    const step = contexts.get(context)?.extension(extension, undefined)?.steps.get(HINT);
    if (step) this.#hints.set(keyOf({ context, extension }), this.#open(step, { context, extension }));
  }

  /** Together with what else changes now. */
  #later(): void {
    if (this.#pending || this.#adding) return;
    this.#pending = true;
    queueMicrotask(() => this.#fresh());
  }

  /** Looks at what changed, if anything did. */
  #fresh(): void {
    if (!this.#pending) return;
    this.#pending = false;
    this.#renew();
  }

  /** Makes all hints anew: one that says the same stays, with its state. */
  #renew(): void {
    const before = this.#hints;
    this.#hints = new Map();
    for (const step of this.#steps()) {
      if (step.extension.startsWith('_')) continue;
      const place = placeOf(step, step.extension);
      const old = before.get(keyOf(place));
      this.#hints.set(keyOf(place), this.#keeps(old, step) ? old! : this.#open(step, place));
    }
    const watched = [...this.#watches].map(watch => ({ watch, told: watch.hint }));
    for (const { watch, told } of watched) {
      watch.hint = undefined;
      told?.watches.delete(watch);
      const step = this.#parts.contexts.hint(watch.context, watch.extension);
      // A pattern's, which is made again only where it says something else.
      if (step && told && !told.written && !this.#hints.has(keyOf(told)) && this.#keeps(told, step)) {
        if (keyOf(told) === keyOf(placeOf(step, watch.extension))) this.#hints.set(keyOf(told), told);
      }
      this.#point(watch);
    }
    for (const hint of this.#hints.values()) this.#look(hint);
    for (const old of before.values()) this.#leave(old, this.#hints.get(keyOf(old)));
    for (const { watch, told } of watched) this.#tellMoved(watch, told);
  }

  #leave(old: Hint, next: Hint | undefined): void {
    if (old === next) return;
    this.#unindex(old);
    const state = next ? extensionStateOf(next.state) : REMOVED;
    if (state.number !== extensionStateOf(old.state).number) this.#emit(next ?? old, state);
  }

  /** Variables may stand for something else now. */
  #keeps(old: Hint | undefined, step: Step): boolean {
    return old !== undefined && old.text === textOf(step) && this.#parts.expand(old.text, old) === old.shown;
  }

  /** What was watched is another hint now, or none. */
  #tellMoved(watch: Watch, told: Hint | undefined): void {
    const { hint } = watch;
    if (hint === told || !this.#watches.has(watch)) return;
    const same = hint && told && hint.shown === told.shown && hint.state === told.state;
    if (!same) this.#call(watch, hint && this.#rowOf(hint));
  }

  /** Who listens badly keeps nothing from the others, nor from the device. */
  #call({ changed, context, extension }: Watch, row: HintRow | undefined): void {
    try {
      changed(row);
    } catch (thrown) {
      this.#parts.log.error(`a watcher of ${extension}@${context} failed: ${traceOf(thrown)}`);
    }
  }

  *#steps(): Generator<Step> {
    for (const context of this.#parts.contexts.all()) yield* context.hints();
  }

  #stateOf(devices: readonly string[]): DeviceState {
    return combinedState(devices.map(device => this.#parts.channels.deviceState(device)));
  }

  #rowOf(hint: Hint): HintRow {
    return rowOf(hint, hint.shown, this.#stateOf(hint.devices), hint.watches.size);
  }
}

const rowOf = ({ context, extension }: Place, devices: string, state: DeviceState, watchers: number): HintRow => ({
  context,
  extension,
  devices,
  state,
  watchers,
});

/** An application is written as one, though a hint has none. */
const textOf = ({ application, data }: Step): string => (data === '' ? application : `${application}(${data})`);

/** Behind a comma stands what tells of presence. */
const devicesIn = (text: string): readonly string[] =>
  text
    .split(',')[0]!
    .split('&')
    .map(device => device.trim())
    .filter(device => device !== '');

const placeOf = ({ context, extension: written }: Step, asked: string): Place => ({
  context,
  extension: written.startsWith('_') ? asked : written,
});

const keyOf = ({ context, extension }: Place): string => `${context}\0${extension}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
