/** The public surface: all that a module may import from the core (`#core`). */
export * from './acl.js';
export { type Activity, activity } from './activity.js';
export * from './astdb.js';
export { banNetwork } from './ban-network.js';
export * from './ban-options.js';
export * from './bans.js';
export * from './bridge/bridge.js';
export * from './bridge/conversation.js';
export { type Certificates, readCertificates, type TlsIdentity, type TlsSettings } from './certificates.js';
export * from './channel/causes.js';
export * from './channel/channel.js';
export { type Channels, channels, type Dialled, type NewChannel, type StateProvider } from './channel/channels.js';
export * from './channel/device-state.js';
export * from './channel/format.js';
export * from './channel/media.js';
export * from './channel/originate.js';
export * from './channel/party.js';
export * from './channel/prompts.js';
export * from './channel/read-digits.js';
export * from './channel/recorded.js';
export * from './channel/say.js';
export * from './channel/states.js';
export * from './channel/technology.js';
export { type ToneZone, type ToneZones, toneZones } from './channel/tone-zones.js';
export * from './channel/variables.js';
export type { Woken } from './channel/waits.js';
export { split as splitLine, trimmed, typed } from './cli/words.js';
export {
  type Answer,
  type Candidate,
  type Cli,
  CommandTable,
  type Completion,
  cli,
  type Help,
  type Outcome,
} from './cli.js';
export * from './clock.js';
export * from './command.js';
export * from './config/address.js';
export * from './config/cached.js';
export type { Change } from './config/change.js';
export { condition } from './config/condition.js';
export * from './config/description.js';
export { decoded } from './config/encoding.js';
export * from './config/engine.js';
export * from './config/files.js';
export type { Layout } from './config/layout.js';
export * from './config/options.js';
export * from './config/realtime-status.js';
export * from './config/revision.js';
export { Unwritable } from './config/tree.js';
export * from './config/types.js';
export * from './config/update.js';
export * from './config/write-behind.js';
export { type ConfigProgram, lineOf, type Terminal } from './config-program.js';
export * from './configuration.js';
export * from './console-protocol.js';
export * from './control.js';
export * from './dialplan/application.js';
export * from './dialplan/arguments.js';
export * from './dialplan/branches.js';
export { type Added, type Alternative, Context, type Extension, type Include, oddityOf } from './dialplan/context.js';
export { Contexts, contexts, HINT, LONGEST_NAME, parseInclude, parseSwitch, type Step } from './dialplan/contexts.js';
export * from './dialplan/dialplan.js';
export { type Exception, raise } from './dialplan/exception.js';
export * from './dialplan/letters.js';
export {
  comparePatterns,
  type ExtensionPattern,
  matchPattern,
  parseExtension,
  withoutDashes,
} from './dialplan/pattern.js';
export { enter, type Frame, fullSubroutine, leave, parseSubroutine, peekLocal, setLocal } from './dialplan/stack.js';
export { timeLength } from './dialplan/time-length.js';
export { parseTimeSpec, type TimeSpec } from './dialplan/time-spec.js';
export * from './editor.js';
export * from './errors.js';
export * from './events.js';
export { LargeMap } from './large-map.js';
export { listenOn } from './listening.js';
export * from './loader.js';
export { compileDate, dateTime } from './log/dates.js';
export * from './logger.js';
export * from './manager.js';
export * from './module.js';
export * from './network.js';
export { withoutPbx } from './offline.js';
export { duration, timeOfDay } from './output/duration.js';
export { type Block, Report, renderText } from './output.js';
export { compilePattern, type Match, type Pattern } from './pattern.js';
export { randomHex, randomOctets } from './random.js';
export * from './registry.js';
export * from './remote.js';
export * from './roster.js';
export type { Job, Scheduler, Task } from './sched.js';
export * from './security.js';
export * from './settings.js';
export { sorted } from './sorted.js';
export { type FileFormat, fileFormats, type SoundFile, type Sounds, soundFormats, sounds } from './sounds.js';
export { version } from './version.js';
export * from './views.js';
export * from './watch.js';
