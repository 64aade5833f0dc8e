/** Files that are right and let strangers in. */
import { type Broken, of, sip } from './good.js';

const whole = of('sip.conf');

export const RISKS: readonly Broken[] = [
  sip(
    'a device without any proof',
    '[1009]\ntype=friend\nhost=dynamic\n',
    'warning',
    6,
    '[1009] has neither a secret nor an access list: whoever knows its name can register as it',
  ),
  sip(
    'a secret that is the name',
    '[1009]\ntype=friend\nhost=dynamic\nsecret=1009\n',
    'warning',
    7,
    '[1009]: its secret is its name, the first that is tried',
  ),
  sip(
    'a secret that is short',
    '[1009]\ntype=friend\nhost=dynamic\nsecret=x1009y\n',
    'warning',
    7,
    '[1009]: its secret has 6 characters: fewer than 8 are soon found by trying',
  ),
  sip(
    'calls without a password',
    '[1009]\ntype=friend\nhost=dynamic\nsecret=very-long-secret\ninsecure=invite\n',
    'warning',
    8,
    '[1009]: insecure=invite without a fixed host: calls in its name need no password, wherever they come from',
  ),
  sip(
    'an access list for everybody',
    '[1009]\ntype=friend\nsecret=very-long-secret\npermit=0.0.0.0/0\n',
    'warning',
    7,
    '[1009]: its access list keeps nobody out: what no line matches may pass, and the last that matches decides',
  ),
  sip(
    'answers that tell names',
    'alwaysauthreject=no\n',
    'warning',
    4,
    'alwaysauthreject=no: the answers tell strangers which names exist',
  ),
  whole(
    'guests with a context',
    '[general]\nudpbindaddr=127.0.0.1:0\nallowguest=yes\ncontext=public\n',
    'warning',
    4,
    "allowguest is on: calls from anybody go to the context 'public'",
  ),
  sip(
    'devices for whoever asks',
    'autocreatepeer=yes\n',
    'warning',
    4,
    'autocreatepeer: whoever asks becomes a device, without a password',
  ),
];
