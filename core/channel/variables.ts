/** The variables of a channel, or the globals: names with case, values that dialled channels inherit, values that hide others. */

/** `_NAME`: the channels that this one calls have it. `__NAME`: they and those that they call. */
type Inheritance = 0 | 1 | 2;

interface Value {
  readonly text: string;
  readonly inheritance: Inheritance;
}

/** A name as it was written, taken apart. */
function parse(written: string): { name: string; inheritance: Inheritance } {
  if (written.startsWith('__')) return { name: written.slice(2), inheritance: 2 };
  return written.startsWith('_') ? { name: written.slice(1), inheritance: 1 } : { name: written, inheritance: 0 };
}

export class Variables {
  /** The last of each list is in force, those before it are hidden. */
  readonly #values = new Map<string, Value[]>();

  get size(): number {
    return this.#values.size;
  }

  get(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)?.text;
  }

  /** Sets what is in force of that name. @returns the bare name */
  set(written: string, text: string): string {
    const { name, inheritance } = parse(written);
    const hidden = this.#values.get(name);
    const value: Value = { text, inheritance };
    if (hidden) hidden[hidden.length - 1] = value;
    else this.#values.set(name, [value]);
    return name;
  }

  delete(name: string): void {
    const values = this.#values.get(name);
    values?.pop();
    if (values?.length === 0) this.#values.delete(name);
  }

  /** Hides what there is of that name until delete(). */
  shadow(name: string, text: string): void {
    const value: Value = { text, inheritance: 0 };
    const hidden = this.#values.get(name);
    if (hidden) hidden.push(value);
    else this.#values.set(name, [value]);
  }

  /** What lies under so many values that hide it; 0: what is in force. */
  hidden(name: string, by: number): string | undefined {
    return this.#values.get(name)?.at(-1 - by)?.text;
  }

  /** What is in force, in the order in which it came. */
  *entries(): Generator<readonly [name: string, text: string]> {
    for (const [name, values] of this.#values) yield [name, values.at(-1)!.text];
  }

  /** Gives another what is in force, inherited by those that it calls as from here. */
  copyTo(other: Variables): void {
    for (const [name, values] of this.#values) {
      const { text, inheritance } = values.at(-1)!;
      other.set(`${'_'.repeat(inheritance)}${name}`, text);
    }
  }

  /** Gives a channel that is called by this one what it inherits. */
  bequeath(heir: Variables): void {
    for (const [name, values] of this.#values) {
      const { text, inheritance } = values.at(-1)!;
      if (inheritance > 0) heir.set(inheritance === 2 ? `__${name}` : name, text);
    }
  }
}
