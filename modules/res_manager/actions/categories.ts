/** The sections of a configuration file as clients are shown them. */
import type { Layout } from '#core';

export interface Category {
  readonly name: string;
  readonly template: boolean;
  /** What it inherits from. */
  readonly templates: readonly string[];
  /** Inherited ones first. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

export function categoriesOf({ config, sections }: Layout): readonly Category[] {
  const headers = sections.map(({ name, lines }) => ({
    name,
    templates: lines.flatMap(({ statement }) => (statement.kind === 'section' ? statement.options : [])),
  }));
  return config.sections.map(({ name, template, variables }) => {
    // Several sections of one name stand in the same order in both.
    const at = headers.findIndex(header => header.name === name);
    const [header] = at < 0 ? [] : headers.splice(at, 1);
    const templates = (header?.templates ?? []).map(option => option.trim()).filter(option => !/^[!+]/.test(option));
    return { name, template, templates, variables };
  });
}
