/** manager.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { general, user } from './options.js';
import { certificatesOf, valuesOf } from './read.js';

export const managerConf: ConfigFileDescription = {
  file: 'manager.conf',
  intro:
    'The manager interface: programs log in and run actions, read what is told, and hear what happens. It listens on this\n' +
    'machine alone unless bindaddr says otherwise. Without TLS its passwords go over the wire as they are.\n' +
    'Without this file there is none.',
  sections: [
    { name: 'general', intro: 'The server.', table: general },
    {
      name: 'admin',
      intro: 'A user. The name of the section is what a client logs in as.',
      table: user,
      example: 'secret = change-me\nread = all\nwrite = system,command,reporting\ndeny = 0.0.0.0/0\npermit = 127.0.0.1',
      anyName: true,
      lastCounts: true,
    },
  ],
  check: (config, { hasAcl }) => valuesOf(config, hasAcl).warnings.map(finding('warning')),
  async checkNamed(config, { settings, hasAcl, now }) {
    const read = await certificatesOf(valuesOf(config, hasAcl), settings.directories.astetcdir, now);
    return (read?.warnings ?? []).map(message => finding('warning')({ file: config.name, line: 0, message }));
  },
};
