/** A client of the JSON mode: it asks, and keeps what comes. */
import { JSON_REQUEST } from '../../core/console-protocol.js';
import type { Client, Stage } from './stage.js';

export type Message = Readonly<Record<string, unknown>>;

export class JsonClient {
  readonly client: Client;
  #asked = 0;

  private constructor(client: Client) {
    this.client = client;
  }

  static on(stage: Pick<Stage, 'client'>): Promise<JsonClient> {
    return JsonClient.over(stage.client());
  }

  static async over(client: Client): Promise<JsonClient> {
    client.send(JSON_REQUEST);
    await client.until('\n');
    return new JsonClient(client);
  }

  /** Everything that came behind the greeting. */
  get messages(): Message[] {
    const { text } = this.client;
    const lines = text.slice(0, text.lastIndexOf('\n')).split('\n').slice(1);
    return lines.map(line => JSON.parse(line) as Message);
  }

  /** What came without having been asked for. */
  pushes(kind: string): Message[] {
    return this.messages.filter(message => message['push'] === kind);
  }

  write(...lines: string[]): void {
    this.client.socket.write(lines.map(line => `${line}\n`).join(''));
  }

  /** Sends a request. @returns its id */
  ask(op: string, fields: object = {}): number {
    this.#asked += 1;
    this.write(JSON.stringify({ id: this.#asked, op, ...fields }));
    return this.#asked;
  }

  /** The answer to a request, without its id. */
  async answer(op: string, fields: object = {}): Promise<Message> {
    return this.answerTo(this.ask(op, fields));
  }

  async answerTo(id: number | string | null): Promise<Message> {
    await this.client.until(`"id":${JSON.stringify(id)}}\n`, `{"id":${JSON.stringify(id)},"error"`);
    const { id: _, ...answer } = this.messages.find(message => message['id'] === id)!;
    return answer;
  }
}
