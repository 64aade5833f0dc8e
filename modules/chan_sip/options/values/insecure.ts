/** `insecure`: which checks are left out for a device. */
import { custom, type Option, type Remarks } from '#core';

export interface Insecure {
  /** The source port need not match. */
  readonly port: boolean;
  /** Calls are taken without a password. */
  readonly invite: boolean;
}

const SECURE: Insecure = { port: false, invite: false };

/** What old files say. */
const OLD: ReadonlyMap<string, string> = new Map([
  ['very', 'port,invite'],
  ['yes', 'port'],
]);

export const insecureWords = ({ port, invite }: Insecure): string =>
  [port && 'port', invite && 'invite'].filter(Boolean).join(',') || 'no';

export const insecureFlags = (help: string, remarks: Remarks): Option<Insecure> =>
  custom<Insecure>(
    SECURE,
    'no, or a list of port, invite',
    help,
    (text, _before, warn) => {
      let flags = SECURE;
      for (const word of text.toLowerCase().split(',')) {
        const flag = word.trim();
        if (flag === 'port' || flag === 'invite') flags = { ...flags, [flag]: true };
        else if (flag !== 'no' && flag !== '') {
          const was = OLD.has(flag) ? `; it is ${OLD.get(flag)} now` : '';
          warn(`'${flag}' is not known and left out; expected port, invite or port,invite${was}`);
        }
      }
      return flags;
    },
    { ...remarks, show: insecureWords },
  );
