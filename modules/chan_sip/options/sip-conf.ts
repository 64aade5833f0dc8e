/** sip.conf as a whole, for the sample file and for help: its sections, each with its table. */
import { authentication } from './authentication.js';
import { device } from './device.js';
import { general } from './general.js';

export const sipConf = {
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
    },
  ],
} as const;
