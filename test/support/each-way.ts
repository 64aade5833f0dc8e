/** Cases that every driver must pass on every server: the servers side by side, each with the cases one after the other. */
import { after, before, describe, type TestContext, test } from 'node:test';
import { DatabaseServer, type ServerKind } from './database-server.js';
import { WAYS, type Way } from './phones-on-server.js';

/** Milliseconds for one case, on a machine that others use too. */
const LIMIT = 100_000;
/** For all cases. */
const WHOLE = 600_000;

export type Case = (t: TestContext, server: DatabaseServer) => Promise<void>;
export type Define = (what: string, run: Case) => void;

/** Of a server that is not installed it says so. */
export function onEachServer(cases: (kind: ServerKind, it: Define) => void): void {
  describe('on a database server', { concurrency: true, timeout: WHOLE }, () => {
    for (const kind of ['postgresql', 'mariadb'] as const) {
      const skip = DatabaseServer.lacks(kind) ?? false;
      describe(kind, { concurrency: 1, skip, timeout: WHOLE }, () => {
        let server: DatabaseServer;
        before(async () => {
          server = await DatabaseServer.start(kind);
        });
        after(() => server?.remove());
        cases(kind, (what, run) => void test(`on ${kind}${what}`, { timeout: LIMIT }, t => run(t, server)));
      });
    }
  });
}

/** All drivers of a server share it. */
export function onEachWay(cases: (way: Way, it: Define) => void): void {
  onEachServer((kind, it) => {
    for (const way of WAYS.filter(one => one.kind === kind))
      cases(way, (what, run) => it(` by ${way.driver}, ${what}`, run));
  });
}
