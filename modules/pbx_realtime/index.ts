/** pbx_realtime: extensions that lie in a database, by `switch => Realtime/context@family`. */
import { defineModule } from '#core';
import { RealtimeSwitch } from './switch.js';

export default defineModule({
  name: 'pbx_realtime',
  description: 'Realtime Switch',
  families: ['extensions'],
  loadModule(core) {
    core.dialplanSwitch(new RealtimeSwitch(core));
  },
});
