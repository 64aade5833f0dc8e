/** What our TLS connections to others offer. Of the words of the original those for SSL name what no OpenSSL has any more. */
import { custom, type Option, type Remarks } from '#core';

export type ClientMethod = 'auto' | 'tlsv1';

const EXPECTS = 'auto, tlsv1';
const BEST = 'the best that both ends know is taken';

/** By word: what it comes to, and what there is to say of it. */
const WORDS: Readonly<Record<string, readonly [method: ClientMethod, remark?: string]>> = {
  auto: ['auto'],
  tlsv1: ['tlsv1', 'most servers refuse TLS 1.0, which is now all that our connections offer; auto takes the best'],
  sslv3: ['auto', `SSL 3.0 is broken and cannot be had any more: ${BEST}`],
  sslv2: ['auto', `SSL 2.0 is broken and cannot be had any more: ${BEST}`],
};

export const clientMethod = (help: string, remarks: Remarks): Option<ClientMethod> =>
  custom<ClientMethod>(
    'auto',
    EXPECTS,
    help,
    (text, _before, warn) => {
      const known = Object.entries(WORDS).find(([word]) => word === text.trim().toLowerCase());
      const [method, remark] = known?.[1] ?? ['auto', `'${text}' is not known and taken as auto; expected ${EXPECTS}`];
      if (remark !== undefined) warn(remark);
      return method;
    },
    remarks,
  );
