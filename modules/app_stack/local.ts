/** `LOCAL(varname)`: variables that end with the subroutine; `LOCAL_PEEK(n,varname)`: those of an outer one. */
import { ApplicationError, type DialplanFunction, peekLocal, setLocal, splitArguments } from '#core';

export const local: DialplanFunction = {
  name: 'LOCAL',
  synopsis: 'Manage variables local to the gosub stack frame.',
  syntax: 'LOCAL(varname)',
  read({ channel, data }) {
    if (!channel) throw new ApplicationError('LOCAL needs a channel');
    return channel.variables.get(data.trim()) ?? '';
  },
  write({ channel, data }, value) {
    if (!channel) throw new ApplicationError('LOCAL needs a channel');
    if (!setLocal(channel, data.trim(), value))
      throw new ApplicationError('LOCAL is for subroutines, and this is none');
  },
};

export const localPeek: DialplanFunction = {
  name: 'LOCAL_PEEK',
  synopsis: 'Gets a variable as an outer subroutine has it.',
  syntax: 'LOCAL_PEEK(n,varname)',
  read({ channel, data }) {
    const [outwards = '', name = ''] = splitArguments(data);
    if (!channel) throw new ApplicationError('LOCAL_PEEK needs a channel');
    if (!/^\d{1,4}$/.test(outwards))
      throw new ApplicationError(`a number of subroutines is expected, got '${outwards}'`);
    return peekLocal(channel, Number(outwards), name) ?? '';
  },
};
