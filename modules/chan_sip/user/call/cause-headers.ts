/** The headers that say why a call ended, beside the status: X-Asterisk-HangupCause, and Reason of Q.850 (RFC 3326). */
import { causeText } from '#core';
import type { Header } from '../answers.js';

/** `derived`: the cause that the answer itself stands for, where the channel has none. */
export function causeHeaders(cause: number, q850: boolean, derived = cause): Header[] {
  const headers: Header[] = [];
  if (cause > 0) {
    headers.push(['X-Asterisk-HangupCause', causeText(cause)], ['X-Asterisk-HangupCauseCode', String(cause)]);
  }
  if (q850 && derived > 0) headers.push(['Reason', `Q.850;cause=${derived}`]);
  return headers;
}

/** Of a BYE: always there. */
export function byeHeaders(cause: number, q850: boolean): Header[] {
  if (cause > 0) return causeHeaders(cause, q850);
  return [
    ['X-Asterisk-HangupCause', causeText(cause)],
    ['X-Asterisk-HangupCauseCode', '0'],
  ];
}
