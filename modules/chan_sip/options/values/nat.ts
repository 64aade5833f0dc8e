/** `nat`: how far a device's own idea of its address is believed. */
import { custom, type Option, type Remarks, truth, yesOrNo } from '#core';

export interface Nat {
  /** Answer and call back to the source of the packet. */
  readonly forceRport: boolean;
  /** Send media to where media comes from. */
  readonly comedia: boolean;
  /** forceRport, decided by whether NAT is seen; goes before the plain flag. */
  readonly autoForceRport: boolean;
  /** comedia, decided in the same way. */
  readonly autoComedia: boolean;
}

const NONE: Nat = { forceRport: false, comedia: false, autoForceRport: false, autoComedia: false };

const FLAGS: Readonly<Record<string, keyof Nat>> = {
  force_rport: 'forceRport',
  comedia: 'comedia',
  auto_force_rport: 'autoForceRport',
  auto_comedia: 'autoComedia',
};

const WORDS = ['yes', 'no', ...Object.keys(FLAGS)].join(', ');

/** What old files say. */
const OLD: ReadonlyMap<string, string> = new Map([
  ['never', 'no'],
  ['route', 'force_rport'],
]);

const was = (word: string): string => {
  const now = OLD.get(word.toLowerCase());
  return now === undefined ? '' : `; it is ${now} now`;
};

export function parseNat(text: string, warn: (message: string) => void): Nat {
  let flags = NONE;
  for (const word of text.split(',').map(part => part.trim())) {
    if (word === '') continue;
    const name = word.toLowerCase();
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (flag) flags = { ...flags, [flag]: true };
    else if (truth(word) === true) {
      warn(`'${word}' is an old way of saying force_rport,comedia`);
      return { ...flags, forceRport: true, comedia: true };
    } else if (truth(word) === false) return flags;
    else warn(`'${word}' is not known and left out; expected a list of ${WORDS}${was(word)}`);
  }
  return flags;
}

export const showNat = (nat: Nat): string =>
  Object.entries(FLAGS)
    .filter(([, flag]) => nat[flag])
    .map(([word]) => word)
    .join(',') || 'no';

/** Whether answers and calls go to the packet's source, given whether NAT was seen. */
export const forcesRport = (nat: Nat, detected: boolean): boolean => (nat.autoForceRport ? detected : nat.forceRport);

/** Whether media goes to where media comes from. */
export const symmetricMedia = (nat: Nat, detected: boolean): boolean => (nat.autoComedia ? detected : nat.comedia);

const worded = (automatic: boolean, value: boolean) => (automatic ? `Auto (${yesOrNo(value)})` : yesOrNo(value));

/** `Yes`, `No`, `Auto (Yes)`, `Auto (No)`. */
export const forceRportWord = (nat: Nat, detected: boolean): string =>
  worded(nat.autoForceRport, forcesRport(nat, detected));

export const comediaWord = (nat: Nat, detected: boolean): string =>
  worded(nat.autoComedia, symmetricMedia(nat, detected));

export const natFlags = (help: string, remarks: Remarks): Option<Nat> =>
  custom<Nat>(
    { ...NONE, autoForceRport: true },
    `a list of ${WORDS}`,
    help,
    (text, _before, warn) => parseNat(text, warn),
    {
      ...remarks,
      show: showNat,
    },
  );
