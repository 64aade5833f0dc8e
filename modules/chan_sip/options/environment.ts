/** What sip.conf is read against: the machine's name, the access lists, the version. */
import { acls, type Core, pbx, settings } from '#core';
import type { Environment } from './read.js';

export function environmentOf(core: Core): Environment {
  const lists = core.use(acls);
  const version = core.find(pbx)?.version;
  return {
    systemname: core.use(settings).systemname,
    hasAcl: name => lists.has(name),
    ...(version !== undefined && { version }),
  };
}
