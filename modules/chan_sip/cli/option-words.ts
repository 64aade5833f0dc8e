/** How commands print options whose recorded form is another than that of the file. */
import { type Option, yesOrNo } from '#core';
import { type Device, device } from '../options/device.js';
import { type General, general } from '../options/general.js';
import { callerIdWords, presentationWords } from '../options/values/callerid.js';
import { codecWords } from '../options/values/codecs.js';
import { showHostPort } from '../options/values/hostport.js';
import { transportWords } from '../options/values/transport.js';
import { capital, orNotSet } from './words.js';

type Words<V> = { readonly [K in keyof V]?: (value: V[K]) => string };

export const onOff = (value: boolean) => (value ? 'On' : 'Off');
const orDash = (value: string) => value || '-';
const inSeconds = (value: number) => `${value} secs`;
const disabledAtZero = (value: number) => (value === 0 ? '0 (Disabled)' : `${value} `);

const AMA = { default: 'Unknown', omit: 'OMIT', billing: 'BILLING', documentation: 'DOCUMENTATION' };
const CREATED = { no: 'Off', yes: 'Volatile', persist: 'Persisted' };

/** Of options that [general] and devices have in common. */
const SHARED: Words<Pick<General, keyof General & keyof Device>> = {
  allow: codecWords,
  transport: transportWords,
  tonezone: orNotSet,
  subscribecontext: orNotSet,
  allowtransfer: value => (value ? 'open' : 'closed'),
  allowoverlap: value => (value === 'dtmf' ? 'DTMF' : capital(value)),
  videosupport: capital,
  progressinband: capital,
  trust_id_outbound: capital,
  sendrpid: value => yesOrNo(value !== 'no'),
  directmedia: ({ enabled }) => yesOrNo(enabled),
  t38pt_udptl: ({ correction }) => yesOrNo(correction !== 'off'),
  maxcallbitrate: value => `${value} kbps`,
  'session-timers': capital,
  'session-expires': inSeconds,
  'session-minse': inSeconds,
  rtptimeout: disabledAtZero,
  rtpholdtimeout: disabledAtZero,
  rtpkeepalive: disabledAtZero,
};

const GENERAL: Words<General> = {
  ...SHARED,
  sdpsession: orDash,
  sdpowner: orDash,
  autocreatepeer: value => CREATED[value],
  authfailureevents: onOff,
  regcontext: list => list.join('&') || '(not set)',
  minexpiry: inSeconds,
  maxexpiry: inSeconds,
  defaultexpiry: inSeconds,
  subminexpiry: inSeconds,
  submaxexpiry: inSeconds,
  registertimeout: inSeconds,
  qualifyfreq: value => `${value * 1000} ms`,
  externhost: value => showHostPort(value) || '<none>',
  externaddr: value => showHostPort(value) || '(null)',
  rtpbindaddr: ({ host }) => host || 'Disabled',
  notifyringing: value => (value === 'notinuse' ? 'Yes (when not in use)' : capital(value)),
  notifycid: value => (value === 'ignore-context' ? 'Yes (Ignoring context)' : capital(value)),
  rtautoclear: ({ enabled, seconds }) => `${seconds} (${enabled ? 'Enabled' : 'Disabled'})`,
  outboundproxy: proxy =>
    proxy.host === '' ? '<not set> ' : `${showHostPort(proxy)} ${proxy.force ? '(forced)' : ''}`,
};

const DEVICE: Words<Device> = {
  ...SHARED,
  amaflags: value => AMA[value],
  callerid: callerIdWords,
  callingpres: presentationWords,
};

const word = <V, K extends keyof V>(words: Words<V>, row: Option<V[K]>, option: K, value: V[K]): string =>
  words[option]?.(value) ?? row.show(value);

/** An option of [general] as `sip show settings` prints it. */
export const generalWord = <K extends keyof General>(values: General, option: K): string =>
  word(GENERAL, general[option] as unknown as Option<General[K]>, option, values[option]);

/** An option of a device as `sip show peer` prints it. */
export const deviceWord = <K extends keyof Device>(option: K, value: Device[K]): string =>
  word(DEVICE, device[option] as unknown as Option<Device[K]>, option, value);
