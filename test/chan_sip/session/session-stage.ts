/** A session over an RTP that only records, under the options of a device. */
import assert from 'node:assert/strict';
import { initial } from '../../../core/config/options.js';
import { type Device, deviceDefaults } from '../../../modules/chan_sip/options/device.js';
import { type General, general } from '../../../modules/chan_sip/options/general.js';
import { openSession, type Session } from '../../../modules/chan_sip/session/session.js';
import { type Circumstances, type SessionTerms, sessionTerms } from '../../../modules/chan_sip/session/terms.js';
import { type RecordedSession, RtpRecorder } from '../../support/rtp-recorder.js';

const values = initial(general) as General;

/** A device that says `allow=ulaw,alaw`, or what is given. */
export function termsOf(
  options: Partial<Device> = {},
  circumstances: Partial<Circumstances> = {},
  more: Partial<General> = {},
): SessionTerms {
  const device: Device = { ...deviceDefaults(values), allow: [{ name: 'ulaw' }, { name: 'alaw' }], ...options };
  return sessionTerms(
    name => device[name],
    { ...values, ...more },
    { natted: false, calling: false, allows: () => true, ...circumstances },
  );
}

export class SessionStage {
  readonly engine = new RtpRecorder();
  /** What sessions have told. */
  readonly told: string[] = [];

  async try(terms: SessionTerms = termsOf(), shown = '127.0.0.1', name = ''): Promise<Session | undefined> {
    const tell = (text: string) => this.told.push(`${name}${text}`);
    return await openSession({
      engine: this.engine,
      address: '127.0.0.1',
      shown,
      terms,
      listener: {
        digitBegan: digit => tell(`began ${digit}`),
        digitEnded: (digit, duration) => tell(`ended ${digit} ${duration}`),
        timedOut: () => tell('timed out'),
        held: held => tell(held ? 'held' : 'back'),
        moved: () => tell('moved'),
      },
    });
  }

  async open(terms?: SessionTerms, shown?: string, name?: string): Promise<Session> {
    const session = await this.try(terms, shown, name);
    assert.ok(session);
    return session;
  }

  /** What the RTP of the last session was told. */
  get rtp(): RecordedSession {
    return this.engine.sessions.at(-1)!;
  }
}

/** SDP of a phone: lines after `t=`, with v=, o= and s= before them. */
export const phoneSdp = (media: readonly string[], { version = 1, address = '127.0.0.1' } = {}): string =>
  `${['v=0', `o=- 1 ${version} IN IP4 127.0.0.1`, 's=-', `c=IN IP4 ${address}`, 't=0 0', ...media].join('\r\n')}\r\n`;

export const sdpOf = (result: ReturnType<Session['answer']>): string => {
  assert.ok('sdp' in result, JSON.stringify(result));
  return result.sdp;
};

/** Lines from the first m= on. */
export const mediaOf = (sdp: string): string[] => sdp.trimEnd().split('\r\n').slice(5);
