/** A client of the manager interface that keeps everything it is told. */
import { connect, type Socket } from 'node:net';

export type Fields = readonly (readonly [name: string, value: string])[];

/** The fields of a message as text. */
export const fieldsOf = (text: string): Fields =>
  text
    .split('\r\n')
    .filter(line => line !== '')
    .map(line => {
      const [, name = line, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
      return [name, value];
    });

export const fieldOf = (fields: Fields, name: string): string | undefined =>
  fields.find(([other]) => other === name)?.[1];

export class ManagerClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  greeting = '';
  readonly messages: Fields[] = [];
  #rest = '';
  #waiting = new Set<() => void>();
  #id = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined);
    this.closed = new Promise(resolve => socket.on('close', () => resolve()));
    this.closed.then(() => this.#look());
  }

  static to(port: number): ManagerClient {
    return new ManagerClient(connect(port, '127.0.0.1'));
  }

  /** Resolves with what `find` gives, as soon as it gives something. @throws when the connection ends before */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined && !this.socket.closed) return;
        this.#waiting.delete(look);
        if (found === undefined) reject(new Error(`the connection ended; it said ${JSON.stringify(this.messages)}`));
        else resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  send(...lines: readonly string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Asks for an action and gives the response to it. */
  ask(action: string, ...lines: readonly string[]): Promise<Fields> {
    this.#id += 1;
    const id = `ask-${this.#id}`;
    this.send(`Action: ${action}`, `ActionID: ${id}`, ...lines);
    return this.until(() =>
      this.messages.find(message => message[0]?.[0] === 'Response' && fieldOf(message, 'ActionID') === id),
    );
  }

  login(user = 'admin', secret = 's3cret', ...lines: readonly string[]): Promise<Fields> {
    return this.ask('Login', `Username: ${user}`, `Secret: ${secret}`, ...lines);
  }

  /** The next event of that name after those that were seen. */
  event(name: string, from = 0): Promise<Fields> {
    return this.until(() => this.messages.slice(from).find(message => fieldOf(message, 'Event') === name));
  }

  #read(text: string): void {
    this.#rest += text;
    if (this.greeting === '') {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      this.greeting = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
    }
    const parts = this.#rest.split('\r\n\r\n');
    this.#rest = parts.pop()!;
    this.messages.push(...parts.map(fieldsOf));
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}
