/** app_playback: plays files to the caller, to their end. */
import { type Application, ApplicationError, type Core, defineModule, Prompts, sounds, splitArguments } from '#core';

export default defineModule({
  name: 'app_playback',
  description: 'Sound File Playback Application',
  loadModule: core => core.application(playback(core)),
});

const WORDS = ['skip', 'noanswer'];

const playback = (core: Core): Application => {
  const prompts = new Prompts(core.use(sounds), core.log);
  return {
    name: 'Playback',
    synopsis: 'Play files.',
    description: 'It answers before, unless told otherwise. No digit ends it. A file that is not there is left out.',
    syntax: 'Playback(filename1[&filename2[&...]][,options])',
    arguments: [{ name: 'filename', help: 'Sounds without their ending, played one after the other', required: true }],
    options: [
      { name: 'skip', help: 'Do nothing where the channel is not up' },
      { name: 'noanswer', help: 'Do not answer before' },
    ],
    variables: [{ name: 'PLAYBACKSTATUS', help: 'SUCCESS FAILED' }],
    seeAlso: ['BackGround()', 'ControlPlayback()', 'Read()'],
    async run(channel, data) {
      const [files = '', ...words] = splitArguments(data);
      if (files === '') throw new ApplicationError('it needs files to play');
      const given = words.map(word => word.trim().toLowerCase()).filter(word => word !== '');
      for (const word of given.filter(each => !WORDS.includes(each)))
        core.log.warning(`Playback: there is no option '${word}'`);
      channel.set('PLAYBACKSTATUS', 'SUCCESS');
      if (!channel.isUp && given.includes('skip')) return;
      if (!given.includes('noanswer')) channel.answer();
      const { how } = await prompts.playAll(channel, files.split('&'));
      channel.dropDigits();
      if (how === 'failed') channel.set('PLAYBACKSTATUS', 'FAILED');
    },
  };
};
