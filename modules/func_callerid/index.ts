/** func_callerid: who calls, who is connected, who redirected. */
import { defineModule } from '#core';
import { callerId } from './caller-id.js';
import { connectedLine } from './connected-line.js';
import { redirecting } from './redirecting.js';

export default defineModule({
  name: 'func_callerid',
  description: 'Party ID related dialplan functions (Caller-ID, Connected-line, Redirecting)',
  loadModule: core => core.dialplanFunction(callerId, connectedLine, redirecting),
});
