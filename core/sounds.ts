/** Where sounds are that applications name: `digits/1`, in a language. */
import { token } from './registry.js';

export interface Sounds {
  /** The path of a file that can be played, for a name without its ending; undefined: there is none. */
  find(name: string, language: string): Promise<string | undefined>;
}

export const sounds = token<Sounds>('sounds');
