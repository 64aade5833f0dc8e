/** The oldest Node.js that everything here runs on. An older one does not say so by itself: it crashes where the database is opened. */

/** The install brings one that is new enough. */
const OLDEST_NODE = 24;

/** Why this process cannot be a PBX; undefined: it can. */
export const nodeRefusal = (version: string): string | undefined =>
  Number.parseInt(version, 10) < OLDEST_NODE
    ? `this is Node v${version}; it needs ${OLDEST_NODE} or newer: the install brought one as node_modules/.bin/node, which 'obelisk' finds by itself`
    : undefined;
