/** A configuration file that lies in a table: its rows as the statements that the same lines of a text would be. */
import type { StaticLine } from './engine.js';
import { LONGEST_NAME, type Report, type Statement, strip } from './statement.js';

/** A section begins where its name changes. Rows have no comments, templates or `+=`: they say what they mean. */
export function* statementsOf(lines: readonly StaticLine[], report: Report): Generator<Statement, void, void> {
  let section: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const { section: named, name, value } = lines[index]!;
    const line = index + 1;
    // The file that is included goes on in the section above, whatever this row's own says.
    if (strip(name).toLowerCase() === '#include') {
      yield { kind: 'directive', line, name: 'include', argument: strip(value) };
      continue;
    }
    if (named !== section) {
      section = named;
      if (named.length > LONGEST_NAME) report.warning(line, `the section's name is cut to ${LONGEST_NAME} characters`);
      yield { kind: 'section', line, name: named.slice(0, LONGEST_NAME), options: [] };
    }
    if (strip(name) === '') report.warning(line, 'a row without a name is ignored');
    else
      yield {
        kind: 'variable',
        line,
        name: strip(name),
        value: strip(value),
        operator: '=',
        operatorAt: 0,
        valueAt: 0,
      };
  }
}
