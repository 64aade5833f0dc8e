/** The SQL connections by their names. */
import { type Core, engineToken } from '#core';
import { SqlConnection } from './connection.js';
import { Databases } from './databases.js';
import { SqlEngine } from './engine.js';
import type { Connection, ConnectionRow, ConnectionSettings, Connections, Driver, DriverParts } from './token.js';

export class NamedConnections implements Connections {
  readonly #core: Core;
  readonly #open = new Map<string, SqlConnection>();

  constructor(core: Core) {
    this.#core = core;
  }

  open(name: string, settings: ConnectionSettings): Connection {
    if (this.#open.has(name)) throw new Error(`there is a connection '${name}' already`);
    const { clock, sched, log } = this.#core;
    const closing = (): void => {
      if (this.#open.get(name) === connection) this.#open.delete(name);
    };
    const connection = new SqlConnection({ name, settings, clock, sched, log, closing });
    this.#open.set(name, connection);
    return connection;
  }

  get(name: string): Connection | undefined {
    return this.#open.get(name);
  }

  async drive(core: Core, parts: DriverParts): Promise<Driver> {
    const databases = await Databases.open(core, this, parts);
    const engine = new SqlEngine(parts, databases.open);
    let provided = false;
    // Without databases it is nobody's driver, and is listed nowhere.
    const provide = (): void => {
      if (provided || (databases.open.size === 0 && !parts.always)) return;
      provided = true;
      core.provide(engineToken(parts.driver), engine);
    };
    provide();
    return { configure: () => databases.configure().then(provide), databases: () => databases.databases() };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(connection => connection.close()));
  }

  rows(): readonly ConnectionRow[] {
    return [...this.#open.values()].map(connection => connection.row());
  }
}
