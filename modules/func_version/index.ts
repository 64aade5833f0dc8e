/** func_version: which PBX this is. */
import { type DialplanFunction, defineModule, pbx } from '#core';

const version = (number: string): DialplanFunction => ({
  name: 'VERSION',
  synopsis: 'Gets the version of the PBX.',
  syntax: 'VERSION([info])',
  arguments: [{ name: 'info', help: 'ASTERISK_VERSION_NUM: as a number of six digits' }],
  read({ data }) {
    if (data.trim() !== 'ASTERISK_VERSION_NUM') return number;
    const [major = '0', minor = '0', patch = '0'] = number.split(/[.-]/);
    return [major, minor, patch].map(part => part.padStart(2, '0')).join('');
  },
});

export default defineModule({
  name: 'func_version',
  description: 'Get Asterisk Version/Build Info',
  loadModule: core => core.dialplanFunction(version(core.use(pbx).version)),
});
