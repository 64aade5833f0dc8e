/** The least that a Node process can do for a call: pass each datagram of one end on to the other. */
import { createSocket } from 'node:dgram';

const ADDRESS = '127.0.0.1';
const [caller = 0, callee = 0] = process.argv.slice(2).map(Number);
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });

socket.on('message', (data, { port }) => socket.send(data, port === caller ? callee : caller, ADDRESS));
socket.bind(0, ADDRESS, () => process.stdout.write(String(socket.address().port)));
