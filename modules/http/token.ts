/** What others see of the HTTP server. Types alone. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Something that is served under a path. */
export interface Route {
  /** `/ws`: without the prefix of http.conf. */
  readonly path: string;
  /** For `http show status`. */
  readonly description: string;
  /** Without it, whoever does not ask for another protocol is told to. */
  request?(request: IncomingMessage, response: ServerResponse): void;
  /** The connection speaks another protocol from now on: it is the route's to limit, and ends when its address is closed. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** An address that is listened on. */
export interface Bound {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
}

/** Provided by http under the name `http server`, whether or not it is enabled. */
export interface HttpServer {
  /** @returns what withdraws it. @throws when the path is taken */
  serve(route: Route): () => void;
  /** Where it listens; nowhere while it is not enabled. */
  bound(): readonly Bound[];
}
