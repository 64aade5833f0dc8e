/** res_rtp: sound over the network. Declares the module; what runs are MediaThreads. */
import { defineModule, mediaEngine, token } from '#core';
import { commands } from './commands.js';
import { MediaThreads } from './engine.js';
import type { General } from './options.js';
import { readRtpConf, rtpConf, settingsOf } from './rtp-conf.js';
import type { RtpEngine } from './token.js';

interface Running {
  general: General;
  readonly engine: MediaThreads;
}

export default defineModule<Running>({
  name: 'res_rtp',
  description: 'RTP media',
  aliases: ['res_rtp_asterisk'],
  files: [rtpConf],

  async loadModule(core) {
    const general = await readRtpConf(core);
    const engine = new MediaThreads(core, settingsOf(general), general.workers);
    core.defer('media threads', () => engine.close());
    const running = { general, engine };
    core.provide(token<RtpEngine>('rtp engine'), engine);
    core.provide(mediaEngine, engine);
    core.command(...commands(() => running));
    return running;
  },
  async reloadModule(core, running) {
    running.general = await readRtpConf(core);
    running.engine.configure(settingsOf(running.general));
  },
});
