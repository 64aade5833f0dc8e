/** http.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { general } from './options.js';
import { certificatesOf, valuesOf } from './read.js';

export const httpConf: ConfigFileDescription = {
  file: 'http.conf',
  intro:
    'The HTTP server that modules share: WebSockets of chan_sip are under /ws. It listens on this machine alone unless\n' +
    'bindaddr says otherwise. Without this file there is none.',
  sections: [{ name: 'general', intro: 'The server.', table: general }],
  check: config => valuesOf(config).warnings.map(finding('warning')),
  async checkNamed(config, { settings, now }) {
    const read = await certificatesOf(valuesOf(config), settings.directories.astetcdir, now);
    return (read?.warnings ?? []).map(message => finding('warning')({ file: config.name, line: 0, message }));
  },
};
