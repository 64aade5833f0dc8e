/** Configurations that somebody could have broken so: what is told of each, where, and how bad it is. */
import { FORM } from './broken/form.js';
import type { Broken } from './broken/good.js';
import { RISKS } from './broken/risks.js';
import { VALUES } from './broken/values.js';

export const BROKEN: readonly Broken[] = [...FORM, ...VALUES, ...RISKS];
