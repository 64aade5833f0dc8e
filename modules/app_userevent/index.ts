/** app_userevent: events of the dialplan's own for clients of the manager interface. */
import {
  type Application,
  ApplicationError,
  type Core,
  defineModule,
  eventFields,
  type ManagerField,
  splitArguments,
} from '#core';

export default defineModule({
  name: 'app_userevent',
  description: 'Custom User Event Application',
  loadModule: core => core.application(userEvent(core)),
});

/** Fields of one event. */
const MOST_FIELDS = 100;

const userEvent = (core: Core): Application => ({
  name: 'UserEvent',
  synopsis: 'Tell clients of the manager interface an event.',
  description: 'Those hear it whose class is user. It carries the fields of the channel, and those that are given.',
  syntax: 'UserEvent(eventname[,name: value[,name2: value2[,...]]])',
  arguments: [
    { name: 'eventname', help: 'The field UserEvent', required: true },
    { name: 'name: value', help: `A field of it; ${MOST_FIELDS} at most` },
  ],
  run(channel, data) {
    const [name = '', ...given] = splitArguments(data);
    if (name === '') throw new ApplicationError('it needs the name of the event');
    if (given.length > MOST_FIELDS) core.log.warning(`UserEvent: only the first ${MOST_FIELDS} fields are told`);
    const fields: ManagerField[] = [['UserEvent', name.trim()]];
    for (const text of given.slice(0, MOST_FIELDS)) {
      const field = fieldOf(text);
      if (field) fields.push(field);
      else core.log.warning(`UserEvent: '${text}' is no field 'name: value', or one that every event has`);
    }
    core.emit('managerEvent', { event: 'UserEvent', privileges: ['user'], channel, fields });
  },
});

/** Undefined: it is none, or would make another event of it. */
function fieldOf(text: string): ManagerField | undefined {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (name === '' || /[\x00-\x1f\x7f]/.test(name) || eventFields.has(name.toLowerCase())) return undefined;
  return [name, text.slice(colon + 1).trim()];
}
