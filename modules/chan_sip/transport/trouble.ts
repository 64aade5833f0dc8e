/** What keeps a message from going out, in the operator's words: of a certificate that is not taken, whose, and what to do. */
import { messageOf } from '#core';
import { withoutControls } from './debug.js';
import { type Flow, formatEndpoint, type Listener } from './transport.js';

const UNKNOWN_SIGNER = 'name who signed it in tlscafile or tlscapath, or take any with tlsdontverifyserver=yes';
const WRONG_NAME = 'write its name in sip.conf as the certificate has it, or take any with tlsdontverifyserver=yes';

/** By the code of the error, what can be done. */
const REMEDIES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_SIGNER,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_SIGNER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_SIGNER,
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_NAME,
  CERT_HAS_EXPIRED: 'it must be renewed there',
  CERT_NOT_YET_VALID: 'look at the clocks of both machines',
};

export function troubleOf(cause: NodeJS.ErrnoException, by: Flow | Listener): string {
  const remedy = REMEDIES[cause.code ?? ''];
  if (remedy === undefined || !('remote' in by)) return messageOf(cause);
  // What follows the semicolon is advice to programmers; the names in it are those that the other end shows.
  const reason = withoutControls(cause.message.split(';', 1)[0]!);
  return `the certificate of ${formatEndpoint(by.remote)} is not taken: ${reason}; ${remedy}`;
}
