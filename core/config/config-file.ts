/** A parsed configuration file: sections and their values, each with the place it stands at. */
import type { Problem } from '../errors.js';

/** A value of a section, with the place it stands at. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** The path as the operator would name it: relative to astetcdir when it is in there. */
  readonly file: string;
  readonly line: number;
  /** Whether it was written with `=>`. */
  readonly object: boolean;
  /** The template or section it was inherited from. */
  readonly inherited?: string;
}

export interface Section {
  readonly name: string;
  /** `(!)`: other sections inherit from it, nothing else sees it. */
  readonly template: boolean;
  readonly file: string;
  readonly line: number;
  /** Inherited ones first, then its own, in order, repetitions kept. */
  readonly variables: readonly Variable[];
}

/** A parsed file with everything it includes. */
export interface ConfigFile {
  readonly name: string;
  /** In order; several of one name stand as several. Templates are among them. */
  readonly sections: readonly Section[];
  /** What was taken although it looks wrong. */
  readonly warnings: readonly Problem[];
}

/** The variables of every section of that name that is no template, in order; names compare whatever their case. */
export const variablesOf = (config: ConfigFile, section: string): Variable[] =>
  config.sections
    .filter(({ name, template }) => name.length === section.length && !template && isSame(name, section))
    .flatMap(({ variables }) => variables);

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
