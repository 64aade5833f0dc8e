/** Extensions of a test: contexts as texts, one priority a line. */
import assert from 'node:assert/strict';
import type { AddedExtension, HintRow } from '../../core/dialplan/dialplan.js';
import type { Answer, Extensions, Question, Step } from '../../core/dialplan/extensions.js';

interface Row extends Step {
  readonly extension: string;
  readonly label: string | undefined;
}

/** `extension, Application(data)`; the priorities of an extension in order; `extension, (label) Application(data)`. */
export class MemoryExtensions implements Extensions {
  readonly #contexts = new Map<string, Row[]>();

  write(context: string, text: string): void {
    const lines = text.split('\n').filter(line => line.trim() !== '');
    this.#contexts.set(context, lines.map(rowOf));
  }

  hasContext(context: string): boolean {
    return this.#contexts.has(context);
  }

  find({ context, extension, priority }: Question): Answer {
    const rows = this.#contexts.get(context) ?? [];
    const own = rows.filter(row => row.extension === extension);
    const index = typeof priority === 'number' ? priority - 1 : own.findIndex(({ label }) => label === priority.label);
    const step = own[index];
    const matchMore = rows.some(row => row.extension.length > extension.length && row.extension.startsWith(extension));
    return { step, priority: step && index + 1, canMatch: own.length > 0 || matchMore, matchMore };
  }

  addExtension({ context, extension, label, application, data }: AddedExtension): void {
    const rows = this.#contexts.get(context) ?? [];
    this.#contexts.set(context, [...rows, { extension, label, application, data }]);
  }

  removeExtension(context: string, extension: string): boolean {
    const rows = this.#contexts.get(context) ?? [];
    this.#contexts.set(
      context,
      rows.filter(row => row.extension !== extension),
    );
    return rows.some(row => row.extension === extension);
  }

  hints(): readonly HintRow[] {
    return [];
  }

  hint(): HintRow | undefined {
    return undefined;
  }

  watchHint(): () => void {
    return () => undefined;
  }
}

function rowOf(line: string): Row {
  const parts = /^\s*([^,]+),\s*(?:\((\w+)\))?\s*(\w+)(?:\((.*)\))?\s*$/.exec(line);
  assert.ok(parts, `'${line}' is no line of a test's dialplan`);
  const [, extension, label, application, data] = parts;
  return { extension: extension!.trim(), label, application: application!, data: data ?? '' };
}
