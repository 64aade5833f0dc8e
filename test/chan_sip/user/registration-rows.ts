/** What rows of a database say of a registration. */
import { type Columns, phone } from './row-stage.js';

export const CACHED = 'rtcachefriends=yes';
export const EXPIRES = { headers: ['Expires: 300', 'User-Agent: goldphone/1.0'] };
export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0) / 1000;

/** What a row says of a registration. */
export const REGISTRATION = [
  'ipaddr',
  'port',
  'regseconds',
  'defaultuser',
  'fullcontact',
  'useragent',
  'lastms',
] as const;
export const registration = (row: Columns | undefined) => REGISTRATION.map(column => row?.[column]);

export const HERE = ['192.0.2.7', '5062', String(NOW + 300), '3001', 'sip:3001@192.0.2.7:5062', 'goldphone/1.0', '0'];
export const NOWHERE = ['', '0', '0', '3001', '', '', '0'];

/** A row that is registered. */
export const registered = (name: string, more: Columns = {}): Columns =>
  phone(name, {
    ipaddr: '192.0.2.7',
    port: '5062',
    regseconds: String(NOW + 200),
    defaultuser: name,
    fullcontact: `sip:${name}@192.0.2.7:5062`,
    useragent: 'goldphone/1.0',
    lastms: '0',
    ...more,
  });
