/** func_env: the environment of the process, read only. */
import { type DialplanFunction, defineModule } from '#core';

const env: DialplanFunction = {
  name: 'ENV',
  synopsis: 'Gets a variable of the environment.',
  syntax: 'ENV(varname)',
  dangerous: 'read',
  read: ({ data }) => process.env[data.trim()] ?? '',
};

export default defineModule({
  name: 'func_env',
  description: 'Environment dialplan functions',
  loadModule: core => core.dialplanFunction(env),
});
