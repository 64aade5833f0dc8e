/** The version of the package, read from the one place that says it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));

export const version: string = (manifest as { version: string }).version;
