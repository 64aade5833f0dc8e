/** REGISTERs over streams, as texts: unchallenged, and with the answer to a challenge. */
import { digestResponse, ha1 } from '../../modules/chan_sip/message/digest-algorithm.js';

const URI = 'sip:127.0.0.1';

export const registerText = (name: string, cseq: number, authorization?: string): string =>
  [
    `REGISTER ${URI} SIP/2.0`,
    `Via: SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bK${name}-${cseq};rport`,
    `From: <sip:${name}@127.0.0.1>;tag=t`,
    `To: <sip:${name}@127.0.0.1>`,
    `Call-ID: ${name}@127.0.0.1`,
    `CSeq: ${cseq} REGISTER`,
    `Contact: <sip:${name}@127.0.0.1:5999>`,
    'Expires: 300',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');

export function answerOf(challenge: string, name: string, secret: string, method = 'REGISTER'): string {
  const realm = /realm="([^"]*)"/.exec(challenge)![1]!;
  const nonce = /nonce="([^"]*)"/.exec(challenge)![1]!;
  const response = digestResponse(ha1(name, realm, secret), nonce, method, URI);
  return `Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${URI}", response="${response}"`;
}
