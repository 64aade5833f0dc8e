/** The bare responder: 401 to a REGISTER without credentials, 200 to one with, and nothing checked or kept. */
import { createSocket } from 'node:dgram';

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024, reusePort: process.argv.length > 2 });

const line = (text: string, name: string): string => {
  const from = text.indexOf(`\r\n${name}: `) + 2;
  return text.slice(from, text.indexOf('\r\n', from) + 2);
};

socket.on('message', (data, remote) => {
  const text = data.toString('latin1');
  const answer = text.includes('\r\nAuthorization: ')
    ? ['200 OK', 'Expires: 300\r\n']
    : ['401 Unauthorized', 'WWW-Authenticate: Digest algorithm=MD5, realm="bench", nonce="00000000"\r\n'];
  socket.send(
    Buffer.from(
      `SIP/2.0 ${answer[0]}\r\n${line(text, 'Via')}${line(text, 'From')}${line(text, 'To')}${line(text, 'Call-ID')}${line(text, 'CSeq')}${answer[1]}Content-Length: 0\r\n\r\n`,
      'latin1',
    ),
    remote.port,
    remote.address,
  );
});

// With a port given it is shared with others.
socket.bind(Number(process.argv[2] ?? 0), '127.0.0.1', () => process.stdout.write(String(socket.address().port)));
