/** The interface over HTTP: requests on /rawman, /mxml and /manager, each an action; sessions by a cookie. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Core, traceOf } from '#core';
import type { HttpServer, Route } from '../../http/token.js';
import type { Request } from '../framer.js';
import { PIECE } from '../outbox.js';
import type { ManagerServer } from '../server.js';
import { plainAddress, Session } from '../session.js';
import { readFields } from './fields.js';
import { page, xml } from './markup.js';
import { Visitors } from './visitors.js';

/** How an answer is written. */
interface Form {
  readonly path: string;
  readonly description: string;
  readonly type: string;
  write(text: string, request: Request): string;
}

const fieldOf = ({ headers }: Request, name: string): string =>
  headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';

const FORMS: readonly Form[] = [
  { path: '/rawman', description: 'Raw HTTP Manager Event Interface', type: 'text/plain', write: text => text },
  {
    path: '/mxml',
    description: 'XML Manager Event Interface',
    type: 'text/xml',
    write: (text, request) => xml(text, fieldOf(request, 'ajaxdest'), fieldOf(request, 'ajaxobjtype')),
  },
  { path: '/manager', description: 'HTML Manager Event Interface', type: 'text/html', write: page },
];

/** What is left of its time when a wait for events ends: it shall ask again as who it was. */
const MARGIN = 10_000;

/** How long who has so many milliseconds may wait for events. */
const waitOf = (idle: number): number => Math.max(idle - MARGIN, idle / 2);

function* partsOf(page: Buffer): Generator<Buffer, void, void> {
  for (let at = 0; at < page.length; at += PIECE) yield page.subarray(at, at + PIECE);
}

/** Nothing of an answer is kept, run or shown elsewhere. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
};

export class WebManager {
  readonly visitors: Visitors;
  readonly #core: Core;
  readonly #server: ManagerServer;
  #http: HttpServer | undefined;
  #withdraw: (() => void)[] = [];

  constructor(core: Core, server: ManagerServer) {
    this.#core = core;
    this.#server = server;
    this.visitors = new Visitors(core.sched, () => ({
      guests: server.general.authlimit,
      idle: server.general.httptimeout * 1000,
    }));
  }

  /** There is an HTTP server, or there is none any more. */
  serveOver(http: HttpServer | undefined): void {
    this.close();
    this.#http = http;
    this.configure();
  }

  /** As manager.conf says now. */
  configure(): void {
    const { enabled, webenabled } = this.#server.general;
    const wanted = enabled && webenabled;
    if (!wanted) this.close();
    else if (this.#withdraw.length === 0 && this.#http) {
      const http = this.#http;
      this.#withdraw = FORMS.map(form => http.serve(this.#route(form)));
    }
  }

  close(): void {
    for (const withdraw of this.#withdraw) withdraw();
    this.#withdraw = [];
    this.visitors.close();
  }

  #route(form: Form): Route {
    return {
      path: form.path,
      description: form.description,
      request: (request, response) => {
        const failed = (thrown: unknown) => {
          this.#core.log.error(`${form.path}: ${traceOf(thrown)}`);
          response.destroy();
        };
        this.#core.spawn(`request for ${form.path}`, this.#answer(form, request, response).catch(failed));
      },
    };
  }

  async #answer(form: Form, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fields = await readFields(request);
    if (fields === 'gone') return;
    if (typeof fields === 'number') {
      response.writeHead(fields, { ...HEADERS, Connection: 'close' }).end();
      return;
    }
    const key = /(?:^|;\s*)mansession_id="?([0-9a-f]{32})"?/.exec(request.headers.cookie ?? '')?.[1];
    const { socket } = request;
    const session = this.visitors.find(key, plainAddress(socket.remoteAddress)) ?? this.#begin(request);
    response.once('close', () => {
      // What others wait for on the same session goes on when this one has its answer.
      if (!response.writableFinished) session.wake();
    });
    const asked = fields.headers.length > 0 || form.path !== '/manager';
    session.requests += 1;
    const gone = () => response.destroyed || session.closed;
    const text = asked ? await this.#server.performer.perform(session, fields, { gone }) : '';
    session.requests -= 1;
    const cookie = this.#remember(session, key);
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': `${form.type}; charset=utf-8`,
      ...(cookie !== undefined && { 'Set-Cookie': cookie }),
    });
    // In parts, so that it shows how far it is read: nobody holds a large page for ever.
    Readable.from(partsOf(Buffer.from(form.write(text, fields)))).pipe(response);
  }

  #begin({ socket }: IncomingMessage): Session {
    const transport = 'encrypted' in socket ? 'TLS' : 'TCP';
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
    return new Session({
      local: { transport, address: plainAddress(localAddress), port: localPort },
      remote: { transport, address: plainAddress(remoteAddress), port: remotePort },
      since: this.#core.clock.now(),
      number: this.#server.nextNumber(),
      sched: this.#core.sched,
      patience: () => waitOf(this.#server.general.httptimeout * 1000),
    });
  }

  /** Only who has logged in, or is about to, is found again. @returns the cookie by which he is */
  #remember(session: Session, key: string | undefined): string | undefined {
    if (session.leaving || session.closed || (!session.user && session.challenge === undefined)) {
      if (key !== undefined && this.visitors.find(key, session.remote.address) === session) this.visitors.drop(key);
      else session.close();
      return undefined;
    }
    const kept = this.visitors.keep(session, key, this.#server.serve(session));
    const age = Math.floor(kept.lasts / 1000);
    const secure = session.remote.transport === 'TLS' ? '; Secure' : '';
    return `mansession_id="${kept.key}"; Version=1; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`;
  }
}
