/** Commands of the dialplan over the real engine, its contexts as texts of extensions.conf. */
import { parseText } from '../../core/config/dialect.js';
import { changes } from '../../modules/cli_dialplan/changes.js';
import { hintCommands } from '../../modules/cli_dialplan/hints.js';
import { show } from '../../modules/cli_dialplan/show.js';
import { build } from '../../modules/pbx_config/build.js';
import { readExtensions } from '../../modules/pbx_config/read.js';
import { CliStage } from '../support/cli-stage.js';
import { DialplanStage } from '../support/dialplan-stage.js';

export async function commandStage(text: string) {
  const plan = await DialplanStage.of({});
  const { contexts } = plan.engine;
  const { config } = await parseText('extensions.conf', text);
  contexts.replace('pbx_config', build(readExtensions(config).contexts, same => same).contexts);
  const cli = new CliStage(show(contexts), ...changes(contexts), ...hintCommands(plan.engine));
  return { plan, contexts, cli };
}

/** The file that was recorded with. */
export const RECORDED = `[general]
[globals]
[default]
exten => s,1,Hangup()
[internal]
exten => _1XXX,1,Dial(SIP/\${EXTEN},20)
exten => 600,1,Answer()
same => n,Echo()
exten => 1008,hint,SIP/1008
`;
