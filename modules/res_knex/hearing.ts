/** Listening on a channel of a PostgreSQL, in the worker: a connection of its own, until it is lost. */
import { Client } from 'pg';
import { messageOf } from '#core';
import type { Ear } from './server.js';
import type { News, ServerTask } from './task.js';

/** Milliseconds that the server may take to answer that it is there. */
const PATIENCE = 4000;

export class Hearing implements Ear {
  readonly #client: Client;
  readonly #instance: string;
  readonly #tell: (news: News) => void;
  #listening = false;
  #checking = false;
  #over = false;

  constructor({ feed, instance }: ServerTask, settings: Record<string, unknown>, tell: (news: News) => void) {
    this.#instance = instance;
    this.#tell = tell;
    this.#client = new Client({ ...settings, query_timeout: PATIENCE });
    this.#client.on('notification', ({ payload }) => this.#heard(payload));
    this.#client.on('error', thrown => this.#lost(messageOf(thrown)));
    this.#client.on('end', () => this.#lost('the server has ended the connection'));
    const channel = feed && 'channel' in feed ? feed.channel : '';
    this.#begin(channel).catch((thrown: unknown) => this.#lost(messageOf(thrown)));
  }

  check(): void {
    if (!this.#listening || this.#checking) return;
    this.#checking = true;
    this.#client.query('SELECT 1').then(
      () => (this.#checking = false),
      (thrown: unknown) => this.#lost(messageOf(thrown)),
    );
  }

  async close(): Promise<void> {
    this.#over = true;
    // A server that stands still must not hold the end up.
    await this.#client.end().catch(() => undefined);
  }

  async #begin(channel: string): Promise<void> {
    await this.#client.connect();
    await this.#client.query(`LISTEN ${this.#client.escapeIdentifier(channel)}`);
    this.#listening = true;
    if (!this.#over) this.#tell({ kind: 'listening' });
  }

  #heard(payload = ''): void {
    const { table, name, by } = contentOf(payload);
    if (this.#over || by === this.#instance || typeof table !== 'string') return;
    this.#tell({ kind: 'changed', table, name: typeof name === 'string' ? name : undefined });
  }

  #lost(reason: string): void {
    if (this.#over) return;
    this.#tell({ kind: 'deaf', reason });
    void this.close();
  }
}

/** Anybody may say anything on a channel. */
function contentOf(payload: string): { readonly table?: unknown; readonly name?: unknown; readonly by?: unknown } {
  try {
    const content: unknown = JSON.parse(payload);
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    return {};
  }
}
