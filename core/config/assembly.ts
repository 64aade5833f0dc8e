/** Sections being put together: templates and inheritance flattened, `(+)` and `+=` added where they belong. */
import { LargeMap } from '../large-map.js';
import type { Section, Variable } from './config-file.js';
import type { Findings } from './findings.js';
import { nearest } from './options.js';
import { type SectionLine, strip, type VariableLine } from './statement.js';

/** A section while lines are still added to it. */
export interface OpenSection {
  readonly name: string;
  template: boolean;
  readonly file: string;
  readonly line: number;
  readonly variables: Variable[];
}

/** The most values that may be inherited in a file and its includes: templates of templates double quickly. */
const MOST_INHERITED = 10_000_000;

/** A condition of `(+name=pattern&name=pattern)`. */
type Condition = (section: OpenSection) => boolean;

export class Assembly {
  readonly #findings: Findings;
  readonly #sections: OpenSection[] = [];
  /** By name in lower case. */
  readonly #named = new LargeMap<OpenSection[]>();
  /** Templates that somebody inherits from. */
  readonly #used = new Set<OpenSection>();
  readonly #handed = new Map<Variable, Variable>();
  /** Where the last variable of each name stands in a section; made when a `+=` first needs it. */
  readonly #last = new Map<OpenSection, Map<string, number>>();
  #inherited = 0;
  #opened: OpenSection | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The section opened or added to last, wherever that was: an included file goes on in it. */
  get opened(): OpenSection | undefined {
    return this.#opened;
  }

  /** Every section, in order. */
  get sections(): readonly Section[] {
    return this.#sections;
  }

  /** Opens a section that is part of nothing: it takes what follows a header that cannot be read. */
  nowhere(): OpenSection {
    this.#opened = { name: '', template: false, file: '', line: 0, variables: [] };
    return this.#opened;
  }

  /** Opens the section of a header, or the one that it adds to. */
  open({ name, options, line }: SectionLine, file: string): OpenSection {
    const fresh: OpenSection = { name, template: false, file, line, variables: [] };
    let section = fresh;
    for (const option of options) {
      const word = strip(option);
      if (word === '') this.#findings.warning(file, line, 'an empty name between the parentheses is ignored');
      else if (word === '!') section.template = true;
      else if (word.startsWith('+')) {
        const target = this.#target(fresh, word.slice(1));
        if (target === undefined) return this.nowhere();
        if (section === fresh) this.#merge(fresh, target);
        section = target;
      } else if (word.toLowerCase() === name.toLowerCase() && !this.#named.has(word.toLowerCase())) {
        this.#findings.problem(file, line, `[${name}] cannot inherit from itself`);
      } else this.#inherit(section, word, file, line);
    }
    if (section === fresh) this.#add(fresh);
    this.#opened = section;
    return section;
  }

  /** Adds a value to a section. */
  put(section: OpenSection | undefined, statement: VariableLine, file: string): void {
    const { line, name, operator } = statement;
    if (section === undefined) {
      this.#findings.problem(file, line, `'${name}' stands before any [section]`);
      return;
    }
    if (operator === '+=' && this.#append(section, statement, file)) return;
    this.#last.get(section)?.set(name, section.variables.length);
    const value = operator === '+=' ? strip(statement.value) : statement.value;
    section.variables.push({ name, value, file, line, object: operator === '=>' });
  }

  /** Told when the whole file has been read. */
  tellUnused(): void {
    for (const section of this.#sections) {
      if (!section.template || this.#used.has(section)) continue;
      this.#findings.notice(section.file, section.line, `the template [${section.name}] is used by no section`);
    }
  }

  #add(section: OpenSection): void {
    const key = section.name.toLowerCase();
    const same = this.#named.get(key);
    if (same) same.push(section);
    else this.#named.set(key, [section]);
    this.#sections.push(section);
  }

  #inherit(section: OpenSection, name: string, file: string, line: number): void {
    const base = this.#named.get(name.toLowerCase())?.[0];
    if (base === undefined) {
      this.#findings.problem(file, line, () => this.#unknown(name));
      return;
    }
    this.#used.add(base);
    const count = base.variables.length;
    const before = this.#inherited;
    this.#inherited += count;
    if (this.#inherited > MOST_INHERITED) {
      if (before > MOST_INHERITED) return;
      this.#findings.problem(file, line, `more than ${MOST_INHERITED} values are inherited up to here`);
      return;
    }
    for (let index = 0; index < count; index++)
      section.variables.push(this.#handedOn(base.variables[index]!, base.name));
    this.#last.delete(section);
  }

  /** A variable as those have it who inherit it: one object for all of them. */
  #handedOn(variable: Variable, inherited: string): Variable {
    if (variable.inherited !== undefined) return variable;
    let handed = this.#handed.get(variable);
    if (!handed) this.#handed.set(variable, (handed = { ...variable, inherited }));
    return handed;
  }

  /** Why nothing can be inherited from that name; asked when the whole file has been read. */
  #unknown(name: string): string {
    const later = this.#named.get(name.toLowerCase())?.[0];
    if (later)
      return `'${name}' is defined only later, at ${later.file}:${later.line}: a section inherits from those above it`;
    const near = nearest(name, this.#names());
    return `no section '${name}' to inherit from${near === undefined ? '' : `, did you mean '${near}'?`}`;
  }

  *#names(): Generator<string> {
    for (const [first] of this.#named.values()) yield first!.name;
  }

  /** The section that `(+)` or `(+filter)` adds to. */
  #target({ name, file, line }: OpenSection, filter: string): OpenSection | undefined {
    const same = this.#named.get(name.toLowerCase()) ?? [];
    const conditions = filter === '' ? [notTemplate] : this.#conditions(filter, file, line);
    if (conditions === undefined) return undefined;
    const target = same.find(section => conditions.every(condition => condition(section)));
    if (target === undefined) {
      this.#findings.problem(file, line, () => {
        if (filter !== '') return `no section '${name}' that '+${filter}' picks`;
        if (same.length > 0) return `'${name}' is a template: it is added to by [${name}](+TEMPLATES=include)`;
        const near = nearest(name, this.#names());
        return `no section '${name}' above to add to${near === undefined ? '' : `, did you mean '${near}'?`}`;
      });
    }
    return target;
  }

  /** The conditions of a filter; undefined, and reported, when it cannot be read. */
  #conditions(filter: string, file: string, line: number): Condition[] | undefined {
    const conditions: Condition[] = [];
    let templates = false;
    for (const pair of filter.split('&')) {
      const equals = pair.indexOf('=');
      const name = strip(pair.slice(0, Math.max(equals, 0)));
      const value = strip(pair.slice(equals + 1));
      const wrong = (why: string) => this.#findings.problem(file, line, `'${strip(pair)}': ${why}`);
      if (equals < 0) return void wrong('expected name=pattern');
      if (name === 'TEMPLATES') {
        const word = value.toLowerCase();
        if (word !== 'include' && word !== 'restrict')
          return void wrong('expected TEMPLATES=include or TEMPLATES=restrict');
        templates = true;
        if (word === 'restrict') conditions.push(({ template }) => template);
        continue;
      }
      try {
        conditions.push(holds(new RegExp(name), new RegExp(value)));
      } catch (thrown) {
        return void wrong((thrown as SyntaxError).message);
      }
    }
    return templates ? conditions : [notTemplate, ...conditions];
  }

  /** `(a,+)`: what the header inherited before its `+` goes where the rest goes. */
  #merge(from: OpenSection, to: OpenSection): void {
    to.template ||= from.template;
    for (const variable of from.variables) to.variables.push(variable);
    this.#last.delete(to);
  }

  /**
   * Adds to the value of the last variable of that name; false when there is none.
   * Deviates from the original, which changes the first variable that has this name and value.
   */
  #append(section: OpenSection, { name, value, line }: VariableLine, file: string): boolean {
    let last = this.#last.get(section);
    if (!last) {
      last = new Map(section.variables.map((variable, index) => [variable.name, index]));
      this.#last.set(section, last);
    }
    const index = last.get(name);
    if (index === undefined) return false;
    const before = section.variables[index]!;
    const whole = before.value === '' ? strip(value) : before.value + value;
    section.variables[index] = { name, value: whole, file, line, object: before.object };
    return true;
  }
}

const notTemplate: Condition = ({ template }) => !template;

const holds =
  (name: RegExp, value: RegExp): Condition =>
  ({ variables }) =>
    variables.some(variable => name.test(variable.name) && value.test(variable.value));
