/** chan_sip: the SIP channel driver. Declares the module; what runs is a Sip. */
import { defineModule } from '#core';
import { commands } from './cli/commands.js';
import { ladder } from './cli/ladder.js';
import { peersView, registryView } from './cli/views.js';
import { addHeader, removeHeader, sipHeader, sipHeaders } from './dialplan/headers.js';
import { checkDomain, dtmfMode, sipPeer } from './dialplan/peer.js';
import { actions } from './manager/actions.js';
import { sipConf } from './options/sip-conf.js';
import { sipNotifyConf } from './options/sip-notify.js';
import { Sip } from './sip.js';

export default defineModule<Sip>({
  name: 'chan_sip',
  description: 'Session Initiation Protocol (SIP)',
  optional: ['http', 'res_rtp'],
  families: ['sippeers', 'sipregs', 'sipnodes'],
  files: [sipConf, sipNotifyConf],

  async loadModule(core) {
    const sip = await Sip.start(core);
    core.command(...commands(sip));
    core.action(...actions(sip, core));
    core.application(addHeader, removeHeader, dtmfMode);
    core.dialplanFunction(sipHeader, sipHeaders, sipPeer(sip), checkDomain(sip));
    core.view(peersView(sip), registryView(sip));
    core.feed(ladder(sip));
    return sip;
  },
  reloadModule: (_core, sip, reason) => sip.reloadConfig(reason),
  unloadModule: (_core, sip) => sip.goodbye(),
});
