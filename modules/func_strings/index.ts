/** func_strings: texts, lists and dates in the dialplan. */
import { defineModule, dialplan } from '#core';
import { evaluation } from './evaluation.js';
import { hashes } from './hashes.js';
import { lists } from './lists.js';
import { texts } from './texts.js';
import { strftime } from './time.js';

export default defineModule({
  name: 'func_strings',
  description: 'String handling dialplan functions',
  loadModule(core) {
    const plan = core.use(dialplan);
    core.dialplanFunction(...texts(plan), ...lists(plan), ...hashes(), evaluation(plan), strftime(core.clock));
  },
});
