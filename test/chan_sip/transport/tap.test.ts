/** Following messages: both directions as they are, and nothing suffers from who follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestText } from '../../support/stage.js';
import { transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';

test('what comes and what goes out is heard by all who follow, whether or not it is a message', async () => {
  await using stage = transportStage();
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  const heard: string[] = [];
  const ends = ['a', 'b'].map(who =>
    stage.layer.tap.follow((direction, flow, octets) =>
      heard.push(`${who} ${direction} ${flow.remote.address} ${octets.split(' ', 2).join(' ')}`),
    ),
  );
  phone.send(local, 'not a message\xe9\r\n\r\n');
  phone.send(local, requestText('OPTIONS'));
  await phone.next();
  ends[1]!();
  phone.send(local, requestText('OPTIONS'));
  await phone.next();
  ends[0]!();
  assert.equal(stage.layer.tap.open, false);
  phone.send(local, requestText('OPTIONS'));
  await phone.next();
  assert.deepEqual(heard, [
    'a in 127.0.0.1 not a',
    'b in 127.0.0.1 not a',
    'a in 127.0.0.1 OPTIONS sip:100@pbx.example',
    'b in 127.0.0.1 OPTIONS sip:100@pbx.example',
    'a out 127.0.0.1 SIP/2.0 200',
    'b out 127.0.0.1 SIP/2.0 200',
    'a in 127.0.0.1 OPTIONS sip:100@pbx.example',
    'a out 127.0.0.1 SIP/2.0 200',
  ]);
});

test('a follower that fails is left out and told of, and the message is answered', async () => {
  await using stage = transportStage();
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  stage.layer.tap.follow(() => {
    throw new Error('no ink');
  });
  for (let time = 0; time < 2; time += 1) {
    phone.send(local, requestText('OPTIONS'));
    assert.match(await phone.next(), /^SIP\/2\.0 200 /);
  }
  assert.equal(stage.layer.tap.open, false);
  assert.equal(stage.lines.filter(line => line.includes('a message could not be followed: Error: no ink')).length, 1);
});
