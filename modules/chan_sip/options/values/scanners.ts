/** `scanneragents`: programs that look for accounts, by what their User-Agent says. */
import { custom, Invalid, type Option, truth } from '#core';

/** What scanners call themselves by default, in lower case. None is a name of a phone. */
export const KNOWN_SCANNERS: readonly string[] = [
  'friendly-request',
  'friendly-scanner',
  'iwar',
  'pplsip',
  'sip-scan',
  'sipcli',
  'siparmyknife',
  'sipscan',
  'sipvicious',
  'sivus',
  'smap',
  'sundayddr',
];

/** @throws Invalid */
function readScanners(text: string): readonly string[] {
  const names = text
    .toLowerCase()
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  const known = names.flatMap(word => (truth(word) === true ? KNOWN_SCANNERS : truth(word) === false ? [] : [word]));
  const short = known.find(word => word.length < 3);
  if (short !== undefined) throw new Invalid(`expected yes, no or names of at least 3 letters, got '${short}'`);
  return [...new Set(known)];
}

/** Whether a User-Agent begins with one of the names, or has it after something that is no letter. */
export function isScanner(names: readonly string[], userAgent: string): boolean {
  const agent = userAgent.toLowerCase();
  return names.some(name => {
    const at = agent.indexOf(name);
    return at === 0 || (at > 0 && !/[a-z]/.test(agent[at - 1]!));
  });
}

export const scanners = (help: string): Option<readonly string[]> =>
  custom<readonly string[]>([], 'yes, no, or names, comma-separated', help, readScanners, {
    show: list => (list.length === 0 ? 'no' : list.join(', ')),
    label: 'Scanner agents:',
  });
