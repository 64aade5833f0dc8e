/** An account that may have several contacts, and two phones of it. */
import { type Heard, SiteStage } from './site-stage.js';

export const conf = (device = '', general = ''): string =>
  `[general]\n${general}\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\nmaxcontacts=3\n${device}\n` +
  '[1009]\ntype=friend\nhost=dynamic\nsecret=pass1009\nmaxcontacts=3\n';

export const stageOf = (device?: string, general?: string) => SiteStage.of(conf(device, general));

export const HERE = { address: '192.0.2.7', port: 5062 };
export const THERE = { address: '192.0.2.8', port: 5064 };
export const A = '<sip:a@192.0.2.7:5062>';
export const B = '<sip:b@192.0.2.8:5064>';
export const C = '<sip:c@192.0.2.9>';

export const contactsOf = (answer: Heard): string[] =>
  [...answer.text.matchAll(/^Contact: (.*)\r$/gm)].map(([, value]) => value!);

export const peerOf = (stage: SiteStage) => stage.peers.get('1008')!;
export const urisOf = (stage: SiteStage) => peerOf(stage).bindings.map(({ contact }) => contact);

/** Two phones, ten seconds apart. */
export async function two(device?: string, general?: string): Promise<SiteStage> {
  const stage = await stageOf(device, general);
  stage.login({ callId: 'phone-a', contact: A, headers: ['Expires: 300'] });
  stage.clock.advance(10_000);
  stage.login({ callId: 'phone-b', contact: B, headers: ['Expires: 600'], source: THERE });
  return stage;
}

/** The contacts that lie in AstDB. */
export const storedOf = ({ stage }: SiteStage, name: string): unknown[] =>
  JSON.parse(stage.astdb.get('SIP/Contact', name) ?? '[]');
