/** func_uri: texts as parts of a URI (RFC 3986 §2.1). */
import { type DialplanFunction, defineModule } from '#core';

const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** What is no octet stays as it is written. */
const decode = (text: string): string => {
  const octets = text.replace(/%([0-9a-f]{2})|[^\x00-\x7f]/gi, (part, hex?: string) =>
    hex === undefined ? Buffer.from(part, 'utf8').toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(octets, 'latin1').toString('utf8');
};

const functions: DialplanFunction[] = [
  {
    name: 'URIENCODE',
    synopsis: 'Encodes a text so that it can stand in a URI.',
    syntax: 'URIENCODE(data)',
    read: ({ data }) => encode(data),
  },
  {
    name: 'URIDECODE',
    synopsis: 'Decodes a part of a URI.',
    syntax: 'URIDECODE(data)',
    read: ({ data }) => decode(data),
  },
];

export default defineModule({
  name: 'func_uri',
  description: 'URI encode/decode dialplan functions',
  loadModule: core => core.dialplanFunction(...functions),
});
