/** http: the HTTP server that modules share. Declares the module; what runs is an Http. */
import { defineModule, token } from '#core';
import { commands } from './commands.js';
import { httpConf } from './http-conf.js';
import { Http } from './server.js';
import type { HttpServer } from './token.js';

export default defineModule<Http>({
  name: 'http',
  description: 'Built-in HTTP server',
  aliases: ['res_http_websocket'],
  builtin: true,
  files: [httpConf],

  async loadModule(core) {
    const http = await Http.start(core);
    core.provide(token<HttpServer>('http server'), http);
    core.command(...commands(http));
    return http;
  },
  reloadModule: (_core, http) => http.reload(),
});
