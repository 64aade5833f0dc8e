/** How a device proves its password: what [general] and devices have in common. None of it is in the original. */
import { oneOf } from '#core';
import { algorithms } from './values/algorithms.js';

export const proof = {
  supported_algorithms_uas: algorithms('Hashes that we ask for, a challenge each, in this order (RFC 8760)', {
    label: 'Auth. algorithms:',
  }),
  auth_qop: oneOf(['no', 'auth'], 'no', 'auth: a nonce serves many requests, which the device counts (RFC 7616)', {
    label: 'Auth. qop:',
    guard: true,
  }),
} as const;
