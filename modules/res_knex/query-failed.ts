/** What a rejected operation is rejected with. */

/** Names the connection and what is wrong with it, or with the operation. */
export class QueryFailed extends Error {
  constructor(
    /** The connection with its place. */
    readonly connection: string,
    /** Whether the same operation may succeed later, or makes no sense to this database. */
    readonly kind: 'unavailable' | 'refused',
    /** As the driver says it; empty where it is not the driver that complains. */
    readonly code: string,
    reason: string,
    /** Columns that have no room for what was to be written. */
    readonly tooLong: readonly string[] = [],
  ) {
    super(`${connection}: ${reason}`);
    this.name = 'QueryFailed';
  }
}
