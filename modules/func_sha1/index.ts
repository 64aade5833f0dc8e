/** func_sha1: a hash of a text. */
import { hash } from 'node:crypto';
import { type DialplanFunction, defineModule } from '#core';

const digest: DialplanFunction = {
  name: 'SHA1',
  synopsis: 'Computes the SHA1 digest of a text, in hexadecimal.',
  syntax: 'SHA1(data)',
  read: ({ data }) => hash('sha1', Buffer.from(data, 'utf8')),
};

export default defineModule({
  name: 'func_sha1',
  description: 'SHA-1 computation dialplan function',
  loadModule: core => core.dialplanFunction(digest),
});
