/** func_md5: a hash of a text. */
import { hash } from 'node:crypto';
import { type DialplanFunction, defineModule } from '#core';

const digest: DialplanFunction = {
  name: 'MD5',
  synopsis: 'Computes the MD5 digest of a text, in hexadecimal.',
  syntax: 'MD5(data)',
  read: ({ data }) => hash('md5', Buffer.from(data, 'utf8')),
};

export default defineModule({
  name: 'func_md5',
  description: 'MD5 digest dialplan functions',
  loadModule: core => core.dialplanFunction(digest),
});
