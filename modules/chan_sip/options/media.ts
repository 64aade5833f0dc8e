/** Codecs and media: what [general] and devices have in common. */
import { integer, seconds, yesno } from '#core';
import { codecList, codecsNotIn } from './values/codecs.js';
import { directMedia, faxDetect } from './values/media.js';
import { t38 } from './values/t38.js';
import { wordElse, yesNoOr } from './values/words.js';

const VIDEO = { later: 'video and text' };
const FAX = { later: 'fax' };

const rtpSeconds = (help: string, label: string) => seconds(0, [0, 31_536_000], help, { label });

export const media = {
  allow: codecList('Codecs to use, the best first', { label: 'Codecs:' }),
  disallow: codecsNotIn('allow', 'Codecs not to use', {}),
  preferred_codec_only: yesno(false, 'Answer with the one best codec'),
  autoframing: yesno(false, 'Take the packet size from the other end', { label: 'Auto-Framing:' }),
  g726nonstandard: yesno(false, 'Pack G.726 as AAL2 under its plain name'),
  dtmfmode: wordElse(['rfc2833', 'inband', 'info', 'shortinfo', 'auto'], 'rfc2833', 'How keys are sent', {
    label: 'DTMF:',
  }),
  rfc2833compensate: yesno(false, 'Bear with broken key events', {
    label: 'RFC2833 Compensation:',
    later: 'keys of broken phones',
  }),
  directmedia: directMedia('Let media go from end to end', { aliases: ['canreinvite'] }),
  ignoresdpversion: yesno(false, 'Take each SDP as changed, whatever its version says', {
    label: 'Ignore SDP sess. ver.:',
  }),
  videosupport: yesNoOr(['always'], 'no', 'Offer video; always: for calls without it, too', {
    label: 'Videosupport:',
    ...VIDEO,
  }),
  textsupport: yesno(false, 'Offer real-time text', { label: 'Textsupport:', ...VIDEO }),
  maxcallbitrate: integer(384, [0, 10_000_000], 'Bit rate of video calls in kbit/s', {
    label: 'Max Call Bitrate:',
    ...VIDEO,
  }),
  faxdetect: faxDetect('Send a call to the fax extension when one is heard', FAX),
  t38pt_udptl: t38('Pass fax over IP', { label: 'T.38 support:', ...FAX }),
  t38pt_usertpsource: yesno(false, 'Send fax to where audio comes from', FAX),
  rtptimeout: rtpSeconds('Hang up after so long without media', 'RTP Timeout:'),
  rtpholdtimeout: rtpSeconds('The same for calls on hold', 'RTP Hold Timeout:'),
  rtpkeepalive: rtpSeconds('Send something when there is nothing to send', 'RTP Keepalive:'),
  icesupport: yesno(false, 'Use ICE', { later: 'ICE' }),
  rtcp_mux: yesno(false, 'Send RTCP over the port of RTP', {
    label: 'RTCP Multiplexing:',
    later: 'RTCP on the port of RTP',
  }),
} as const;

/** What [general] alone says of media. */
export const generalMedia = {
  relaxdtmf: yesno(false, 'Hear keys less strictly', { label: 'Relax DTMF:', later: 'a choice of how keys are heard' }),
  directrtpsetup: yesno(false, 'Offer the far address in the first INVITE', { label: 'Direct RTP setup:' }),
} as const;
