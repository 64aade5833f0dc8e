/** Where queues, caches and connections of realtime say how they are: `realtime show status` asks here. */
import { token } from '../registry.js';

/** What one of them says of itself: column and value. */
export type StatusRow = Readonly<Record<string, string | number>>;

interface Source {
  readonly kind: string;
  readonly rows: () => readonly StatusRow[];
}

export class RealtimeStatus {
  readonly #sources = new Set<Source>();

  /** `kind` heads a table of rows that have the same columns: `Queues`, `Caches`. @returns what takes it back. */
  add(kind: string, rows: () => readonly StatusRow[]): () => void {
    const source: Source = { kind, rows };
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  /** The rows of all, by kind, in the order they came. */
  rows(): ReadonlyMap<string, readonly StatusRow[]> {
    const kinds = new Map<string, StatusRow[]>();
    for (const { kind, rows } of this.#sources) kinds.set(kind, [...(kinds.get(kind) ?? []), ...rows()]);
    return kinds;
  }
}

export const realtimeStatus = token<RealtimeStatus>('realtime status');
