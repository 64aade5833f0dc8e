/** A context of a test as a text: `extension, Application(data)`, the priorities of an extension in the order of their lines. */
import assert from 'node:assert/strict';
import { parseInvocation } from '../../core/dialplan/arguments.js';
import type { Contexts } from '../../core/dialplan/contexts.js';

/** A label stands before its application: `extension, (label) Application(data)`. */
export function writeContext(contexts: Contexts, context: string, text: string): void {
  const priorities = new Map<string, number>();
  for (const line of text.split('\n').filter(row => row.trim() !== '')) {
    const [, extension, label, rest] = /^\s*([^,]+?)\s*,\s*(?:\((\w+)\))?\s*(.*)$/.exec(line) ?? assert.fail(line);
    const priority = (priorities.get(extension!) ?? 0) + 1;
    priorities.set(extension!, priority);
    const { name: application, data } = parseInvocation(rest!);
    const added = { context, extension: extension!, priority, application, data, registrar: 'test' };
    contexts.addExtension(label === undefined ? added : { ...added, label });
  }
}
