/** Many lines of ours with one server or several that a test plays: what they sent, and an answer that accepts one. */
import type { SiteStage } from '../site-stage.js';
import { TRUNK } from './trunk-stage.js';

export const many = (count: number, host = '192.0.2.9:5999'): string =>
  Array.from({ length: count }, (_, at) => `register => u${at}:p@${host}/u${at}`).join('\n');

export const registers = (site: SiteStage, at = TRUNK) =>
  site.sent(at).filter(({ text }) => text.startsWith('REGISTER'));
export const distinct = (site: SiteStage, at = TRUNK) =>
  new Set(registers(site, at).map(one => `${one.header('From')} ${one.header('CSeq')}`)).size;

/** Answers a REGISTER with 200 and that many seconds. */
export function accept(site: SiteStage, text: string, to: { address: string; port: number }, seconds: number): void {
  const header = (name: string) => `${name}: ${new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1]}`;
  const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(header);
  site.receive(['SIP/2.0 200 OK', ...echoed, `Expires: ${seconds}`, 'Content-Length: 0\r\n\r\n'].join('\r\n'), to);
}
