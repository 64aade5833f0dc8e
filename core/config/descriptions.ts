/** The configuration files of the core. A file's description stands where the file is read; its check is added here. */
import { aclConf } from '../acl.js';
import { loggerConf } from '../log/conf.js';
import { modulesConf } from '../modules-conf.js';
import { asteriskConf } from '../settings.js';
import { checkAcls, checkAsterisk, checkExtConfig, checkLogger, checkModules } from './checks.js';
import type { ConfigFileDescription } from './description.js';
import { extconfigConf } from './extconfig.js';

export const descriptions: readonly ConfigFileDescription[] = [
  { ...aclConf, check: checkAcls },
  { ...asteriskConf, check: checkAsterisk },
  { ...extconfigConf, check: checkExtConfig },
  { ...loggerConf, check: checkLogger },
  { ...modulesConf, check: checkModules },
];
