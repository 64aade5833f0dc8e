/** `directmedia` and `faxdetect`: lists of words that switch things on. */
import { custom, type Option, type Remarks, truth } from '#core';

export interface DirectMedia {
  readonly enabled: boolean;
  /** For ends behind NAT, too. */
  readonly nat: boolean;
  /** By UPDATE in place of INVITE. */
  readonly update: boolean;
  /** Only for calls that we make. */
  readonly outgoing: boolean;
}

const APART: DirectMedia = { enabled: false, nat: false, update: false, outgoing: false };

const DIRECT: Readonly<Record<string, Partial<DirectMedia>>> = {
  nonat: { enabled: true, nat: false },
  update: { enabled: true, update: true },
  outgoing: { enabled: true, outgoing: true },
};

export const directMedia = (help: string, remarks: Remarks): Option<DirectMedia> =>
  custom<DirectMedia>(
    { ...APART, enabled: true },
    'yes, no, or a list of nonat, update, outgoing',
    help,
    (text, _before, warn) => {
      let value = APART;
      for (const word of text.toLowerCase().split(',')) {
        const flag = word.trim();
        const known = Object.hasOwn(DIRECT, flag) ? DIRECT[flag] : undefined;
        const change = known ?? (truth(flag) ? { enabled: true, nat: true } : undefined);
        if (!change && truth(flag) === undefined) {
          warn(`'${flag}' is not known and left out; expected yes, no, nonat, update or outgoing`);
        }
        value = { ...value, ...change };
      }
      return value;
    },
    {
      ...remarks,
      show({ enabled, nat, update, outgoing }) {
        if (!enabled) return 'no';
        return [nat ? 'yes' : 'nonat', update ? 'update' : [], outgoing ? 'outgoing' : []].flat().join(',');
      },
    },
  );

export interface FaxDetect {
  readonly cng: boolean;
  readonly t38: boolean;
}

export const faxDetect = (help: string, remarks: Remarks): Option<FaxDetect> =>
  custom<FaxDetect>(
    { cng: false, t38: false },
    'yes, no, or a list of cng, t38',
    help,
    (text, _before, warn) => {
      let value: FaxDetect = { cng: false, t38: false };
      for (const word of text.toLowerCase().split(',')) {
        const flag = word.trim();
        if (flag === 'cng' || flag === 't38') value = { ...value, [flag]: true };
        else if (truth(flag)) value = { cng: true, t38: true };
        else if (truth(flag) === undefined) warn(`'${flag}' is not known and left out; expected yes, no, cng or t38`);
      }
      return value;
    },
    {
      ...remarks,
      show: ({ cng, t38 }) => [cng && 'cng', t38 && 't38'].filter(Boolean).join(',') || 'no',
    },
  );
