/** rtp.conf as a whole: as it is taken, for the sample file, for help and for checks. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  type Core,
  FileMissing,
  finding,
  formatProblem,
  initial,
  LoadDeclined,
  type Problem,
  read,
  variablesOf,
} from '#core';
import { type General, general } from './options.js';
import type { RtpSettings } from './orders.js';

const FILE = 'rtp.conf';
/** Addresses to offer in the place of ours: their names are the operator's. */
const CANDIDATES = 'ice_host_candidates';

interface RtpValues {
  readonly values: General;
  readonly warnings: readonly Problem[];
  /** Options that stand there and are not in force. */
  readonly waiting: readonly string[];
}

/** @throws LoadDeclined with everything that is wrong */
function valuesOf(file: ConfigFile): RtpValues {
  const lines = variablesOf(file, 'general');
  const { set, places, problems, warnings } = read(general, lines);
  if (problems.length > 0) throw new LoadDeclined(`${FILE} has errors`, problems, warnings);
  const told = [...warnings];
  const defaults = initial(general);
  let values = { ...defaults, ...set };
  if (values.rtpend - values.rtpstart < 1 + (values.rtpstart & 1)) {
    const { rtpstart, rtpend } = defaults;
    const place = places.get('rtpend') ?? places.get('rtpstart');
    const message = `no port is between ${values.rtpstart} and ${values.rtpend}, ${rtpstart} to ${rtpend} are used`;
    told.push({ file: place?.file ?? FILE, line: place?.line ?? 0, message });
    values = { ...values, rtpstart, rtpend };
  }
  for (const { name, template, variables } of file.sections) {
    if (template || name === 'general' || name === CANDIDATES) continue;
    told.push({ file: FILE, line: variables[0]?.line ?? 0, message: `[${name}] has no effect here` });
  }
  const later = Object.entries(general).filter(([name, row]) => places.has(name) && ('later' in row || 'never' in row));
  return { values, warnings: told, waiting: later.map(([name]) => name) };
}

/** Without the file everything is as by default. @throws LoadDeclined with everything that is wrong */
export async function readRtpConf(core: Pick<Core, 'config' | 'log'>): Promise<General> {
  try {
    const file = await core.config(FILE);
    if (!file) return initial(general);
    const { values, warnings, waiting } = valuesOf(file);
    for (const warning of warnings) core.log.warning(formatProblem(warning));
    if (waiting.length > 0) core.log.notice(`${FILE}: options that are read and not in force: ${waiting.join(', ')}`);
    return values;
  } catch (thrown) {
    if (thrown instanceof FileMissing) return initial(general);
    throw thrown;
  }
}

export const settingsOf = (values: General): RtpSettings => ({
  start: values.rtpstart,
  end: values.rtpend,
  dtmfTimeout: values.dtmftimeout,
  rtcpInterval: values.rtcpinterval,
  strictness: values.strictrtp,
  probation: values.probation,
});

export const rtpConf: ConfigFileDescription = {
  file: FILE,
  intro: 'How sound goes over the network. A change counts for calls that begin after it.',
  sections: [{ name: 'general', intro: 'Ports, and whose packets are taken.', table: general }],
  check: config => valuesOf(config).warnings.map(finding('warning')),
};
