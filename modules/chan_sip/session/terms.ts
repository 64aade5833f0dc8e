/** What a session is made under: the options of a device, or of [general] where it is nobody's. */
import type { Device } from '../options/device.js';
import type { General } from '../options/general.js';
import type { Codec } from '../options/values/codecs.js';
import type { DirectMedia } from '../options/values/media.js';
import { symmetricMedia } from '../options/values/nat.js';

export type DtmfMode = Device['dtmfmode'];

export interface SessionTerms {
  /** What may be used, the best first. */
  readonly allowed: readonly Codec[];
  /** What the other leg speaks, the best first: its first stands first in our offers. Undefined: there is none. */
  readonly wanted: readonly string[] | undefined;
  readonly ignoreWanted: boolean;
  readonly onlyPreferred: boolean;
  readonly autoframing: boolean;
  /** Whether G726-32 means g726aal2. */
  readonly aal2: boolean;
  readonly dtmf: DtmfMode;
  readonly ignoreVersion: boolean;
  /** Whether our offers are of RTP/AVPF. */
  readonly feedback: boolean;
  /** Whether media must be encrypted. */
  readonly encrypted: boolean;
  readonly symmetric: boolean;
  /** Milliseconds; 0: never. */
  readonly timeout: number;
  readonly holdTimeout: number;
  readonly keepalive: number;
  readonly direct: DirectTerms;
  readonly owner: string;
  readonly name: string;
}

export interface DirectTerms extends DirectMedia {
  /** Whether there is a NAT before the far end. */
  readonly natted: boolean;
  /** Whether we call it. */
  readonly calling: boolean;
  /** Whether its first offer may name the other leg's address. */
  readonly early: boolean;
  /** Whether media may go between it and this address. */
  readonly allows: (address: string) => boolean;
}

/** What the options do not know. */
export interface Circumstances {
  readonly wanted?: readonly string[];
  /** Whether NAT was seen before the far end. */
  readonly natted: boolean;
  readonly calling: boolean;
  /** By directmediaacl. */
  readonly allows: (address: string) => boolean;
}

/** An option of the device, else of [general]. */
export type OptionOf = <K extends keyof Device>(name: K) => Device[K];

export function sessionTerms(option: OptionOf, general: General, circumstances: Circumstances): SessionTerms {
  const { natted, calling, allows, wanted } = circumstances;
  return {
    allowed: option('allow'),
    wanted,
    ignoreWanted: option('ignore_requested_pref'),
    onlyPreferred: option('preferred_codec_only'),
    autoframing: option('autoframing'),
    aal2: option('g726nonstandard'),
    dtmf: option('dtmfmode'),
    ignoreVersion: option('ignoresdpversion'),
    feedback: option('avpf'),
    encrypted: option('encryption'),
    symmetric: symmetricMedia(option('nat'), natted),
    timeout: option('rtptimeout') * 1000,
    holdTimeout: option('rtpholdtimeout') * 1000,
    keepalive: option('rtpkeepalive') * 1000,
    direct: { ...option('directmedia'), natted, calling, early: general.directrtpsetup, allows },
    owner: general.sdpowner,
    name: general.sdpsession,
  };
}
