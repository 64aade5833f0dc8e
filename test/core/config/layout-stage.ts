/** Configuration files that lie nowhere, as they can be edited; `#exec` prints `x=1`. */
import { type Reader, Unreadable } from '../../../core/config/dialect.js';
import { type Layout, layoutOf } from '../../../core/config/layout.js';
import { printTree } from '../../../core/config/tree.js';

export type Texts = Readonly<Record<string, string>>;

const reader = (texts: Texts): Reader => ({
  find: async name => (name in texts ? [{ name, path: `/${name}` }] : []),
  open: async ({ name, path }) => {
    const text = texts[name];
    if (text === undefined) throw new Unreadable('is not there');
    return { name, path, text };
  },
  run: async command => ({
    source: { name: `#exec ${command}`, path: `#exec ${command}`, text: 'x=1\n' },
    complaints: [],
  }),
});

/** The files as they can be edited; `a` is the first. */
export const layout = (texts: Texts): Promise<Layout> =>
  layoutOf({ name: 'a', path: '/a', text: texts['a']! }, reader(texts));

export const after = ({ files }: Layout): Texts =>
  Object.fromEntries(files.map(({ name, tree }) => [name, printTree(tree)]));
