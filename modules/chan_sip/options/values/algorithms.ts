/** `supported_algorithms_uas`, `password_digest`: which hashes we ask for, and passwords that are kept as one. */
import { custom, Invalid, listOf, type Option, type Remarks } from '#core';
import { ALGORITHMS, type Algorithm, algorithmNamed, hashLength } from '../../message/digest-algorithm.js';

const KNOWN = ALGORITHMS.join(', ');

/** The order is that of the challenges. */
export const algorithms = (help: string, remarks: Remarks): Option<readonly Algorithm[]> =>
  custom<readonly Algorithm[]>(['MD5'], `a list of ${KNOWN}`, help, readAlgorithms, {
    ...remarks,
    guard: true,
    show: list => list.join(', '),
  });

/** @throws Invalid for any word that is not known: what is left of the list may be what was to be kept out */
function readAlgorithms(text: string): readonly Algorithm[] {
  const found = text
    .split(/[,\s]+/)
    .filter(word => word !== '')
    .map(word => {
      const algorithm = algorithmNamed(word);
      if (!algorithm) throw new Invalid(`expected a list of ${KNOWN}, got '${word}'`);
      return algorithm;
    });
  if (found.length === 0) throw new Invalid(`expected a list of ${KNOWN}, got nothing`);
  return [...new Set(found)];
}

/** H(name:realm:secret). */
export interface PasswordDigest {
  readonly algorithm: Algorithm;
  /** Hexadecimal, lower case. */
  readonly hash: string;
}

const FORM = 'algorithm:hash';
const HEXADECIMAL = /^[0-9a-f]+$/i;

/** @throws Invalid; no message quotes the hash, since it is as good as the password */
function readDigest(text: string): PasswordDigest {
  const colon = text.indexOf(':');
  const algorithm = algorithmNamed(text.slice(0, Math.max(colon, 0)).trim());
  if (!algorithm) throw new Invalid(`expected ${FORM}, with one of ${KNOWN} before the colon`);
  const hash = text.slice(colon + 1).trim();
  if (hash.length !== hashLength(algorithm) || !HEXADECIMAL.test(hash)) {
    throw new Invalid(`expected ${hashLength(algorithm)} hex digits behind ${algorithm}:`);
  }
  return { algorithm, hash: hash.toLowerCase() };
}

export const passwordDigests = (help: string, remarks: Remarks): Option<readonly PasswordDigest[]> =>
  listOf(FORM, help, readDigest, {
    ...remarks,
    secret: true,
    guard: true,
    show: list => list.map(({ algorithm }) => algorithm).join(', '),
  });

/** The ways a device may have its password, without the plain one. */
export interface Hashed {
  readonly md5secret?: string;
  readonly password_digest?: readonly PasswordDigest[];
}

/** The hash that stands in the file in place of the secret. */
export function hashGiven({ md5secret, password_digest }: Hashed, algorithm: Algorithm): string | undefined {
  const given = password_digest?.findLast(one => one.algorithm === algorithm)?.hash;
  return given ?? (algorithm === 'MD5' && md5secret ? md5secret : undefined);
}

/** Those of a list that a hashed password can be checked with; the whole list where that is none, or there is none. */
export function provable(wanted: readonly Algorithm[], hashed: Hashed): readonly Algorithm[] {
  if (wanted.every(algorithm => hashGiven(hashed, algorithm) !== undefined)) return wanted;
  const able = wanted.filter(algorithm => hashGiven(hashed, algorithm) !== undefined);
  return able.length > 0 ? able : wanted;
}
