/** rtp.conf: the only list of its options. */
import { custom, Invalid, integer, milliseconds, text, truth, type Values, yesno } from '#core';
import type { Strictness } from './worker/source-guard.js';

const ICE = { later: 'ICE' };

const STRICTNESS = 'yes, no or seqno';

const strictrtp = custom<Strictness>(
  'yes',
  STRICTNESS,
  'Whether sound is taken from one place only: where it should come from, or where `probation` packets in a row come from. ' +
    'seqno does not look at how fast they come.',
  value => {
    if (value.toLowerCase() === 'seqno') return 'seqno';
    const yes = truth(value);
    if (yes === undefined) throw new Invalid(`expected ${STRICTNESS}, got '${value}'`);
    return yes ? 'yes' : 'no';
  },
  { guard: true },
);

export const general = {
  rtpstart: integer(5000, [1024, 65_534], 'The first port for sound. Each call takes an even one and the next.', {
    guard: true,
  }),
  rtpend: integer(31_000, [1024, 65_535], 'The last port for sound.', { guard: true }),
  rtpchecksums: yesno(true, 'Whether packets have a UDP checksum.', { never: 'they always do' }),
  dtmftimeout: integer(
    1200,
    [80, 80_000],
    'How long a key may be held without a packet, in 1/8000 seconds, before it counts as let go.',
  ),
  rtcpinterval: milliseconds(5000, [500, 60_000], 'How often it is told how the sound comes (RTCP).'),
  strictrtp,
  probation: integer(4, [1, 1000], 'Packets in a row that make a place one that sound comes from.'),
  srtpreplayprotection: yesno(true, 'Refuse encrypted packets that come twice.', { later: 'encryption' }),
  workers: integer(1, [1, 16], 'Threads that move sound. More than one for a thousand calls and more.', {
    reloadable: false,
  }),
  icesupport: yesno(true, 'Offer ICE.', ICE),
  stunaddr: text('', 'A STUN server that tells our address.', ICE),
  stun_deny: text('', 'Addresses that are not asked about by STUN.', { ...ICE, aliases: ['stun_blacklist'] }),
  stun_permit: text('', 'Addresses that are, though denied.', ICE),
  stun_acl: text('', 'The same by a list of acl.conf.', ICE),
  turnaddr: text('', 'A TURN server to relay by.', ICE),
  turnport: integer(3478, [1, 65_535], 'Its port.', ICE),
  turnusername: text('', 'The name to use there.', ICE),
  turnpassword: text('', 'The password.', { ...ICE, secret: true }),
  ice_deny: text('', 'Addresses of ours that are not offered.', { ...ICE, aliases: ['ice_blacklist'] }),
  ice_permit: text('', 'Addresses that are, though denied.', ICE),
  ice_acl: text('', 'The same by a list of acl.conf.', ICE),
  dtls_mtu: integer(1200, [256, 9000], 'The largest packet of a DTLS handshake.', { later: 'encryption' }),
} as const;

export type General = Values<typeof general>;
