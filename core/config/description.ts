/** What the owner of a configuration file says of it: its options, and what is wrong or doubtful in it. Samples, help and checks are made from this. */
import type { LoadDeclined, Problem } from '../errors.js';
import type { Declaration } from '../module.js';
import type { Settings } from '../settings.js';
import type { ConfigFile } from './config-file.js';
import type { Table } from './options.js';

export interface SectionDescription {
  readonly name: string;
  readonly intro: string;
  readonly table: Table;
  /** Lines of a section whose name is the operator's to choose: they and its header are shown as a comment. */
  readonly example?: string;
  /** Its name stands for that of every section that is not described by its own. */
  readonly anyName?: boolean;
  /** Of several such sections with one name the last is read, and not all of them as one. */
  readonly lastCounts?: boolean;
  /** Its rows are examples: the names of its options are the operator's to choose. */
  readonly anyOption?: boolean;
  /** The section that gives the values it begins with, where both know an option and it is not among `but`. */
  readonly follows?: {
    readonly section: string;
    readonly but: ReadonlySet<string>;
    /** Options of this section that begin with what an option of another name makes of them. */
    readonly made?: Readonly<Record<string, MadeOf>>;
  };
}

/** A value that comes from another option. */
export interface MadeOf {
  readonly option: string;
  /** Of the value that the other option has. */
  make(value: unknown): unknown;
}

/** A configuration file as its owner describes it. */
export interface ConfigFileDescription {
  /** Its name in astetcdir. */
  readonly file: string;
  readonly intro: string;
  readonly sections: readonly SectionDescription[];
  /** Whether its owner cannot be without it. */
  readonly needed?: boolean;
  /**
   * What its owner would say of it, in the words of the load, and what is too much to say at each of them.
   * @throws LoadDeclined when the owner would refuse it
   */
  check?(config: ConfigFile, around: Surroundings): readonly Finding[];
  /** What shows in other files that it names, such as certificates; asked of a file that `check` takes. @throws LoadDeclined */
  checkNamed?(config: ConfigFile, around: Surroundings): Promise<readonly Finding[]>;
}

/** error: it is refused; warning: it is taken, and hardly as it is meant; notice: worth knowing. */
export const severities = ['error', 'warning', 'notice'] as const;

export type Severity = (typeof severities)[number];

/** What a check tells of a place in a file. */
export interface Finding extends Problem {
  readonly severity: Severity;
}

/** What beside the file a check may ask. Nothing of it is what runs: it is what the files say now. */
export interface Surroundings {
  readonly settings: Settings;
  /** Epoch milliseconds: certificates end. */
  readonly now: number;
  /** Whether acl.conf has a list of that name. */
  hasAcl(name: string): boolean;
  /** Where extconfig.conf says that a family lies: `sqlite3,database,table`. */
  mapped(family: string): string | undefined;
  /** Every module there is. */
  readonly modules: readonly Declaration[];
  /** Whether that module runs, or would. */
  runs(module: string): boolean;
  /** Whether some module that runs, or would, reads a file of that name. */
  reads(file: string): boolean;
}

export const finding =
  (severity: Severity) =>
  ({ file, line, message }: Problem): Finding => ({ severity, file, line, message });

/** The problems of a refusal, and the warnings beside them; one without problems concerns the file as a whole. */
export const refusal = (file: string, { reason, problems, warnings }: LoadDeclined): readonly Finding[] => [
  ...(problems.length > 0 ? problems : [{ file, line: 0, message: reason }]).map(finding('error')),
  ...warnings.map(finding('warning')),
];
