/** G.711: sixteen-bit samples as octets of u-law and A-law, and back, by tables. */

/** ITU-T G.711 table 2: the sample of an octet of u-law. */
function linearOfUlaw(octet: number): number {
  const code = ~octet & 0xff;
  const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return (code & 0x80) !== 0 ? 0x84 - magnitude : magnitude - 0x84;
}

/** ITU-T G.711 table 1: the sample of an octet of A-law. */
function linearOfAlaw(octet: number): number {
  const code = octet ^ 0x55;
  const segment = (code & 0x70) >> 4;
  const step = ((code & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (code & 0x80) !== 0 ? magnitude : -magnitude;
}

/** Samples by octet. */
export const FROM_ULAW: Int16Array = Int16Array.from({ length: 256 }, (_, octet) => linearOfUlaw(octet));
export const FROM_ALAW: Int16Array = Int16Array.from({ length: 256 }, (_, octet) => linearOfAlaw(octet));

/** The nearest octet for each sample, by its sixteen bits taken without a sign. */
function nearest(samples: Int16Array): Uint8Array {
  const octets = new Uint8Array(0x1_0000);
  const order = [...samples.keys()].sort((a, b) => samples[a]! - samples[b]! || a - b);
  let at = 0;
  for (let sample = -0x8000; sample < 0x8000; sample++) {
    while (
      at + 1 < order.length &&
      Math.abs(samples[order[at + 1]!]! - sample) <= Math.abs(samples[order[at]!]! - sample)
    ) {
      at += 1;
    }
    octets[sample & 0xffff] = order[at]!;
  }
  return octets;
}

export const TO_ULAW: Uint8Array = nearest(FROM_ULAW);
export const TO_ALAW: Uint8Array = nearest(FROM_ALAW);

const across = (samples: Int16Array, octets: Uint8Array): Uint8Array =>
  Uint8Array.from(samples, sample => octets[sample & 0xffff]!);

export const ULAW_TO_ALAW: Uint8Array = across(FROM_ULAW, TO_ALAW);
export const ALAW_TO_ULAW: Uint8Array = across(FROM_ALAW, TO_ULAW);
