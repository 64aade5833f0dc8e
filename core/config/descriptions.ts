/** The configuration files of the core, for `configs/samples/`. A file's description stands where the file is read. */
import { aclConf } from '../acl.js';
import { loggerConf } from '../log/conf.js';
import { modulesConf } from '../modules-conf.js';
import { asteriskConf } from '../settings.js';
import type { ConfigFileDescription } from './sample.js';

export const descriptions: readonly ConfigFileDescription[] = [aclConf, asteriskConf, loggerConf, modulesConf];
