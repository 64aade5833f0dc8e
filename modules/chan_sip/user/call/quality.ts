/** How well media went, as CHANNEL(rtpqos,audio,…) says it. */
import type { RtpFigures } from '../../../res_rtp/token.js';

const seconds = (ms: number): string => (ms / 1000).toFixed(6);

const FIELDS: Readonly<Record<string, (figures: RtpFigures) => string>> = {
  txcount: ({ sent }) => String(sent),
  rxcount: ({ received }) => String(received),
  txploss: ({ lostThere }) => String(lostThere),
  rxploss: ({ lost }) => String(lost),
  txjitter: ({ jitterThere }) => seconds(jitterThere),
  rxjitter: ({ jitter }) => seconds(jitter),
  remote_lostpackets: ({ lostThere }) => String(lostThere),
  local_lostpackets: ({ lost }) => String(lost),
  remote_jitter: ({ jitterThere }) => seconds(jitterThere),
  local_jitter: ({ jitter }) => seconds(jitter),
  local_count: ({ received }) => String(received),
  remote_count: ({ sent }) => String(sent),
  rtt: ({ roundTrip }) => seconds(roundTrip ?? 0),
};

const ALL = (f: RtpFigures): string =>
  `lp=${f.lost};rxjitter=${seconds(f.jitter)};rxcount=${f.received};txjitter=${seconds(f.jitterThere)};` +
  `txcount=${f.sent};rlp=${f.lostThere};rtt=${seconds(f.roundTrip ?? 0)}`;

/** `rtpqos[,audio[,field]]`; undefined: there is no such kind or field. */
export function qualityOf(figures: RtpFigures, item: string): string | undefined {
  const [, kind = 'audio', field = 'all'] = item.split(',').map(word => word.trim());
  if (kind !== 'audio') return undefined;
  if (field === 'all') return ALL(figures);
  return Object.hasOwn(FIELDS, field) ? FIELDS[field]!(figures) : undefined;
}
