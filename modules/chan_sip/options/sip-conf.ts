/** sip.conf as a whole, for the sample file and for help: its sections, each with its table. */
import {
  type ConfigFile,
  type ConfigFileDescription,
  type Finding,
  finding,
  type Line,
  readCertificates,
  type Surroundings,
} from '#core';
import { authentication } from './authentication.js';
import { device, MADE, OWN } from './device.js';
import { general } from './general.js';
import { readSipConfig } from './read.js';
import { risks } from './risks.js';

export const sipConf: ConfigFileDescription = {
  file: 'sip.conf',
  intro:
    'The SIP channel driver: whom it listens to, and the devices that may register and call.\n' +
    'A section other than these two is a device, and its name is what the device calls itself.\n' +
    'Devices start from the values of [general] where both know an option.',
  sections: [
    { name: 'general', intro: 'The driver as a whole, and what devices start from.', table: general },
    { name: 'authentication', intro: 'What we answer when somebody asks us for credentials.', table: authentication },
    {
      name: 'alice',
      intro: 'A device. What many have in common goes into a template: [phone](!), then [alice](phone).',
      table: device,
      example: 'type=friend\nhost=dynamic\nsecret=change-me',
      anyName: true,
      lastCounts: true,
      follows: { section: 'general', but: OWN, made: MADE },
    },
  ],
  needed: true,
  check,
  checkNamed,
};

/** The certificates that a load would read. */
async function checkNamed(config: ConfigFile, { settings, now }: Surroundings): Promise<readonly Finding[]> {
  const { general: values, generalPlaces: places } = readSipConfig(config, { systemname: settings.systemname });
  if (!values.tlsenable) return [];
  const directory = settings.directories.astetcdir;
  const { warnings } = await readCertificates({ file: 'sip.conf', settings: values, places, directory, now });
  const { file, line } = places.get('tlscertfile') ?? places.get('tlsenable')!;
  return warnings.map(message => finding('warning')({ file, line, message }));
}

/** What a reload would say, what would still have no effect, and what lets strangers in. */
function check(config: ConfigFile, { settings, hasAcl, mapped }: Surroundings): readonly Finding[] {
  const read = readSipConfig(config, { systemname: settings.systemname, hasAcl });
  const place = mapped(FAMILY);
  const first = config.sections[0];
  return [
    ...read.warnings.map(finding('warning')),
    ...[...read.waiting].filter(isPart).map(([what, line]) => notice(line, `not in force: ${what}`)),
    ...risks(read, config),
    ...(place === undefined || !first || read.devices.length === 0
      ? []
      : [notice(first, `devices lie in ${place} too (${FAMILY}); of a name in both, the device of this file holds`)]),
  ];
}

/** Of an option that is in force otherwise; whole options are told of for every file alike. */
const isPart = ([what]: readonly [string, Line]): boolean => what.includes('=');

const notice = ({ file, line }: Pick<Line, 'file' | 'line'>, message: string): Finding =>
  finding('notice')({ file, line, message });

/** The family of devices. */
const FAMILY = 'sippeers';
