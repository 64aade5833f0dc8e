/** [authentication]: what we answer the challenge of a realm with. */
import { credentials } from './values/credential.js';

export const authentication = {
  auth: credentials('What we answer the challenge of a realm with', { secret: true }),
} as const;
