/** func_env: the environment of the process, read only. */
import { type DialplanFunction, defineModule } from '#core';

const env: DialplanFunction = {
  name: 'ENV',
  synopsis: 'Gets a variable of the environment.',
  syntax: 'ENV(varname)',
  dangerous: 'read',
  read({ data }) {
    const name = data.trim();
    return (Object.hasOwn(process.env, name) && process.env[name]) || '';
  },
};

export default defineModule({
  name: 'func_env',
  description: 'Environment dialplan functions',
  loadModule: core => core.dialplanFunction(env),
});
