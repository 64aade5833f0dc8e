/** indications.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { country, general } from './options.js';
import { FILE, readIndications } from './read.js';

export const indicationsConf: ConfigFileDescription = {
  file: FILE,
  intro:
    'Tones of countries: frequencies in Hz, joined by + where they sound together, milliseconds behind a slash; 0 is silence. ' +
    'A list is repeated, but for its tones with an ! before them. Without a country in this file there are us, uk, de and fr.',
  sections: [
    { name: 'general', intro: 'What is usual.', table: general },
    {
      name: 'country',
      intro: 'A country, by the name that channels have as their tone zone. Other tones may be named as you like.',
      table: country,
      anyName: true,
      anyOption: true,
      example: 'description = Netherlands\nringcadence = 1000,4000\nring = 425/1000,0/4000\nbusy = 425/500,0/500',
    },
  ],
  check: config => readIndications(config).warnings.map(finding('warning')),
};
