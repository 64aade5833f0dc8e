/**
 * fast-check, with the same cases in every run, so that nothing fails that did not change; other ones are looked
 * through with `SEED=n make test`, where n is any whole number.
 */
// biome-ignore lint/style/noRestrictedImports: the one place that sets its seed
import fc from 'fast-check';

const seed = Number(process.env['SEED'] ?? 1);
if (!Number.isInteger(seed)) throw new Error(`SEED=${process.env['SEED']}: expected a whole number`);
fc.configureGlobal({ seed });

export default fc;
