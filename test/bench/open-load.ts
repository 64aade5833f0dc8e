/** A load that does not wait: so many registrations begin in a second, whatever became of those before; nothing is repeated. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ACCOUNTS, accountName, secretOf } from './servers.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Milliseconds that the last answers may take. */
const GRACE = 1000;

export interface Sustained {
  readonly begun: number;
  readonly done: number;
  /** Begun in a second: what the sender came to, where that is less than was asked for. */
  readonly rate: number;
}

/** All that is the same for every registration of an account, made before. */
interface Prepared {
  readonly name: string;
  readonly ha1: string;
}

const HA2 = md5('REGISTER:sip:127.0.0.1');

export async function sustained(port: number, rate: number, seconds: number): Promise<Sustained> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024, sendBufferSize: 8 * 1024 * 1024 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const own = socket.address().port;
  const run = randomBytes(4).toString('hex');
  const accounts: Prepared[] = Array.from({ length: ACCOUNTS }, (_, index) => {
    const name = accountName(index);
    return { name, ha1: md5(`${name}:bench:${secretOf(name)}`) };
  });
  const text = ({ name }: Prepared, id: string, cseq: number, credentials: string): string =>
    `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${id}-${cseq};rport\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:${name}@127.0.0.1>;tag=${id}\r\nTo: <sip:${name}@127.0.0.1>\r\nCall-ID: ${id}\r\n` +
    `CSeq: ${cseq} REGISTER\r\nContact: <sip:${name}@127.0.0.1:${own}>\r\nExpires: 300\r\nUser-Agent: bench/1.0\r\n${credentials}Content-Length: 0\r\n\r\n`;
  let [begun, done] = [0, 0];
  socket.on('message', data => {
    const answer = data.toString('latin1');
    if (answer.startsWith('SIP/2.0 200')) {
      done += 1;
      return;
    }
    if (!answer.startsWith('SIP/2.0 401')) return;
    const at = answer.indexOf('Call-ID: ') + 9;
    const id = answer.slice(at, answer.indexOf('\r\n', at));
    const account = accounts[Number(id.slice(id.indexOf('-') + 1)) % ACCOUNTS]!;
    const from = answer.indexOf('nonce="') + 7;
    const nonce = answer.slice(from, answer.indexOf('"', from));
    const response = md5(`${account.ha1}:${nonce}:${HA2}`);
    const credentials = `Authorization: Digest username="${account.name}", realm="bench", nonce="${nonce}", uri="sip:127.0.0.1", response="${response}", algorithm=MD5\r\n`;
    socket.send(text(account, id, 2, credentials), port, '127.0.0.1');
  });
  const began = performance.now();
  const end = began + seconds * 1000;
  await new Promise<void>(over => {
    const turn = (): void => {
      const now = performance.now();
      const wanted = Math.floor(((Math.min(now, end) - began) * rate) / 1000);
      // A burst is no more than what comes in ten milliseconds: a sender that was held up does not make up for it.
      for (let most = Math.ceil(rate / 100); begun < wanted && most > 0; most--) {
        socket.send(text(accounts[begun % ACCOUNTS]!, `${run}-${begun}`, 1, ''), port, '127.0.0.1');
        begun += 1;
      }
      if (now >= end) over();
      else setImmediate(turn);
    };
    turn();
  });
  const achieved = begun / ((performance.now() - began) / 1000);
  const late = performance.now() + GRACE;
  while (done < begun && performance.now() < late) await new Promise(resolve => setImmediate(resolve));
  socket.close();
  return { begun, done, rate: achieved };
}
