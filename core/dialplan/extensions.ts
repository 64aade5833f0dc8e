/** What the engine asks of whoever knows the extensions. */
import type { Channel } from '../channel/channel.js';
import type { Dialplan } from './dialplan.js';

/** A priority of an extension. */
export interface Step {
  readonly application: string;
  /** As it is written: variables are replaced when it runs. */
  readonly data: string;
}

export interface Question {
  readonly context: string;
  readonly extension: string;
  /** Or a label to find. */
  readonly priority: number | { readonly label: string };
  readonly callerNumber: string | undefined;
  readonly channel: Channel | undefined;
}

export interface Answer {
  readonly step: Step | undefined;
  readonly priority: number | undefined;
  readonly canMatch: boolean;
  readonly matchMore: boolean;
}

type Kept = 'hasContext' | 'addExtension' | 'removeExtension' | 'hints' | 'hint' | 'watchHint';

export interface Extensions extends Pick<Dialplan, Kept> {
  /** A promise only where somebody else must be asked. */
  find(question: Question): Answer | Promise<Answer>;
}
