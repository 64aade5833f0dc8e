/** What stands behind `Realtime/`: where the extensions lie, and how they are looked up. */

export interface Where {
  readonly family: string;
  /** Undefined: that of the call. */
  readonly context: string | undefined;
  /** Whether extensions that begin with _ are patterns. */
  readonly patterns: boolean;
  /** A word before the slash that counts for nothing, because no @ is with it. */
  readonly ignored: string | undefined;
}

const FAMILY = 'extensions';

/** `[context@[family]][/options]` */
export function parseData(text: string): Where {
  const slash = text.indexOf('/');
  const place = slash < 0 ? text : text.slice(0, slash);
  const options = slash < 0 ? '' : text.slice(slash + 1);
  const at = place.indexOf('@');
  const [context, family] = at < 0 ? ['', ''] : [place.slice(0, at), place.slice(at + 1)];
  return {
    family: family || FAMILY,
    context: context || undefined,
    patterns: !options.includes('p'),
    ignored: at < 0 && place !== '' ? place : undefined,
  };
}
