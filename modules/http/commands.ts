/** `http show status`. */
import type { Command } from '#core';
import type { Http } from './server.js';
import type { Bound } from './token.js';

const where = ({ address, port }: Bound): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

export const commands = (http: Http): Command[] => [
  {
    syntax: 'http show status',
    summary: 'Show where the HTTP server listens and what it serves',
    run({ out }) {
      const plain = http.bound().find(({ secure }) => !secure);
      const secure = http.bound().find(bound => bound.secure);
      out.line('HTTP Server Status:');
      out.line(`Prefix: ${http.prefix}`);
      out.line(`Server: ${http.name}`);
      out.line(plain ? `Server Enabled and Bound to ${where(plain)}\n` : 'Server Disabled\n');
      if (secure) out.line(`HTTPS Server Enabled and Bound to ${where(secure)}\n`);
      out.line("Enabled URI's:");
      const routes = http.routes();
      for (const { path, description } of routes) out.line(`${http.prefix}${path} => ${description}`);
      if (routes.length === 0) out.line('  None.');
      out.line('\nEnabled Redirects:\n  None.');
    },
  },
];
