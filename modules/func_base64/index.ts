/** func_base64: texts as BASE64. */
import { type DialplanFunction, defineModule } from '#core';

const functions: DialplanFunction[] = [
  {
    name: 'BASE64_ENCODE',
    synopsis: 'Encodes a text in BASE64.',
    syntax: 'BASE64_ENCODE(string)',
    read: ({ data }) => Buffer.from(data, 'utf8').toString('base64'),
  },
  {
    name: 'BASE64_DECODE',
    synopsis: 'Decodes a BASE64 text.',
    syntax: 'BASE64_DECODE(string)',
    read: ({ data }) => Buffer.from(data, 'base64').toString('utf8'),
  },
];

export default defineModule({
  name: 'func_base64',
  description: 'base64 encode/decode dialplan functions',
  loadModule: core => core.dialplanFunction(...functions),
});
