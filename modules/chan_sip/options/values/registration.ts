/** `regexten`, `regcontext`, `md5secret`, `rtautoclear`, `disallowed_methods`: values of the registrar and its neighbours. */
import { custom, Invalid, type Option, type Remarks, truth } from '#core';

/** An extension that a registered device brings along. */
export interface RegisteredExtension {
  readonly extension: string;
  /** Empty: each regcontext. */
  readonly context: string;
}

const parts = (text: string, mark: string | RegExp) =>
  text
    .split(mark)
    .map(part => part.trim())
    .filter(part => part !== '');

export const registeredExtensions = (help: string, remarks: Remarks): Option<readonly RegisteredExtension[]> =>
  custom<readonly RegisteredExtension[]>(
    [],
    'extension[@context], a list of them between &',
    help,
    text =>
      parts(text, '&').map(part => {
        const [extension = '', context = ''] = part.split('@');
        if (extension === '') throw new Invalid(`expected extension[@context], got '${part}'`);
        return { extension, context };
      }),
    {
      ...remarks,
      show: list => list.map(({ extension, context }) => (context ? `${extension}@${context}` : extension)).join('&'),
    },
  );

export const contexts = (help: string, remarks: Remarks): Option<readonly string[]> =>
  custom<readonly string[]>([], 'contexts between &', help, text => parts(text, '&'), {
    ...remarks,
    show: list => list.join('&'),
  });

/** MD5(user:realm:secret); empty where there is none. */
export const hashedSecret = (help: string, remarks: Remarks): Option<string> =>
  custom(
    '',
    '32 hex digits',
    help,
    text => {
      if (!/^([0-9a-f]{32})?$/i.test(text.trim())) throw new Invalid('expected 32 hex digits, got something else');
      return text.trim().toLowerCase();
    },
    { ...remarks, secret: true, guard: true },
  );

export interface AutoClear {
  readonly enabled: boolean;
  readonly seconds: number;
}

export const autoClear = (help: string, remarks: Remarks): Option<AutoClear> =>
  custom<AutoClear>(
    { enabled: false, seconds: 120 },
    'yes, no, or seconds',
    help,
    text => {
      const word = text.trim();
      if (/^\d{1,9}$/.test(word) && Number(word) > 1) return { enabled: true, seconds: Number(word) };
      const answer = truth(word);
      if (answer === undefined) throw new Invalid(`expected yes, no, or seconds, got '${text}'`);
      return { enabled: answer, seconds: 120 };
    },
    { ...remarks, show: ({ enabled, seconds }) => (enabled ? String(seconds) : 'no') },
  );

const METHODS = new Set([
  ...['REGISTER', 'OPTIONS', 'NOTIFY', 'INVITE', 'ACK', 'PRACK', 'BYE', 'REFER', 'SUBSCRIBE', 'MESSAGE'],
  ...['UPDATE', 'INFO', 'CANCEL', 'PUBLISH', 'PING'],
]);

export const methods = (help: string, remarks: Remarks): Option<readonly string[]> =>
  custom<readonly string[]>(
    [],
    'a list of SIP methods',
    help,
    (text, _before, warn) => {
      const words = parts(text.toUpperCase(), ',');
      for (const word of words) if (!METHODS.has(word)) warn(`'${word}' is no SIP method we know and is left out`);
      return words.filter(word => METHODS.has(word));
    },
    { ...remarks, show: list => list.join(', ') },
  );
