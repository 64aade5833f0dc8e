/** app_echo: gives the caller back what they say. */
import { type Application, type Channel, type ChannelEvent, defineModule } from '#core';

export default defineModule({
  name: 'app_echo',
  description: 'Simple Echo Application',
  loadModule: core => core.application(echo),
});

const END = '#';

const echo: Application = {
  name: 'Echo',
  synopsis: 'Send back to the caller what comes from them.',
  description: `Digits come back too; ${END} ends it. It does not answer: Answer() or Progress() come before it.`,
  syntax: 'Echo()',
  async run(channel) {
    const { media } = channel.leg;
    const unlisten = channel.listen(event => returnDigit(channel, event));
    media?.connect(media);
    try {
      let digit = await channel.nextDigit();
      while (digit !== undefined && digit !== END) digit = await channel.nextDigit();
    } finally {
      media?.connect(undefined);
      unlisten();
    }
  },
};

function returnDigit(channel: Channel, event: ChannelEvent): void {
  if (event.kind === 'digit began' && event.digit !== END) channel.beginDigit(event.digit);
  if (event.kind === 'digit ended' && event.digit !== END) channel.endDigit(event.digit, event.durationMs);
}
