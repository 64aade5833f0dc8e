/** `t38pt_udptl`: fax over IP. */
import { custom, Invalid, type Option, type Remarks, truth } from '#core';

export interface T38 {
  readonly correction: 'off' | 'none' | 'fec' | 'redundancy';
  /** The largest datagram we say we take; undefined: whatever the other end says. */
  readonly maxDatagram: number | undefined;
}

const OFF: T38 = { correction: 'off', maxDatagram: undefined };
const EXPECTS = 'no, yes, or a list of fec, redundancy, none, maxdatagram=N';

/** What a datagram limit that nobody set prints as. */
const UNSET = 4_294_967_295;

const MODES: Readonly<Record<T38['correction'], string>> = {
  off: 'Unknown',
  none: 'None',
  fec: 'FEC',
  redundancy: 'Redundancy',
};

export const t38Mode = ({ correction }: T38): string => MODES[correction];
export const t38Datagram = ({ maxDatagram }: T38): number => maxDatagram ?? UNSET;

function change(before: T38, word: string): T38 {
  const size = /^maxdatagram\s*=\s*(\d{1,6})$/.exec(word)?.[1];
  if (size !== undefined) return { ...before, maxDatagram: Number(size) };
  if (word === 'fec' || word === 'redundancy' || word === 'none') return { ...before, correction: word };
  const answer = truth(word);
  if (answer === undefined) throw new Invalid(`expected ${EXPECTS}, got '${word}'`);
  return answer ? { ...before, correction: 'fec' } : OFF;
}

export const t38 = (help: string, remarks: Remarks): Option<T38> =>
  custom<T38>(
    OFF,
    EXPECTS,
    help,
    text =>
      text
        .toLowerCase()
        .split(',')
        .map(word => word.trim())
        .reduce(change, OFF),
    {
      ...remarks,
      show: ({ correction, maxDatagram }) =>
        [correction === 'off' ? 'no' : correction, maxDatagram === undefined ? [] : `maxdatagram=${maxDatagram}`]
          .flat()
          .join(','),
    },
  );
