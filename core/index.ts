/** The public surface: all that a module may import from the core (`#core`). */
export * from './acl.js';
export * from './astdb.js';
export * from './clock.js';
export * from './command.js';
export * from './config/files.js';
export * from './config/options.js';
export * from './config/types.js';
export * from './control.js';
export * from './errors.js';
export * from './events.js';
export * from './loader.js';
export * from './logger.js';
export * from './module.js';
export * from './registry.js';
export type { Job, Scheduler } from './sched.js';
export * from './security.js';
export * from './settings.js';
