/** Devices: encrypted media. */
import { seconds, text, yesno } from '#core';
import { wordElse, yesNoOr } from './values/words.js';

const LATER = { later: 'encryption' };

export const dtls = {
  encryption: yesno(false, 'Media must be encrypted (SRTP)', LATER),
  encryption_taglen: wordElse(['80', '32'], '80', 'Bits of the tag of each packet', LATER),
  avpf: yesno(false, 'Use the profile with feedback'),
  force_avp: yesno(false, 'Say RTP/AVP for DTLS, too', LATER),
  dtlsenable: yesno(false, 'Agree on keys by DTLS', LATER),
  dtlsverify: yesNoOr(['fingerprint', 'certificate'], 'no', 'What is checked of the other end', LATER),
  dtlsrekey: seconds(0, [0, 604_800], 'How often keys change; 0: never', LATER),
  dtlsautogeneratecert: yesno(false, 'Make a certificate for each call', LATER),
  dtlscertfile: text('', 'Certificate of ours', LATER),
  dtlsprivatekey: text('', 'Its key', LATER),
  dtlscipher: text('', 'Ciphers, as OpenSSL names them', LATER),
  dtlscafile: text('', 'Certificates of authorities we trust', LATER),
  dtlscapath: text('', 'A directory of such certificates', LATER),
  dtlssetup: wordElse(['actpass', 'active', 'passive'], 'actpass', 'Who opens the association', LATER),
  dtlsfingerprint: wordElse(['sha-256', 'sha-1'], 'sha-256', 'Hash of the certificate in SDP', LATER),
} as const;
