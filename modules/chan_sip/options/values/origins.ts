/** `websocket_origins`: the pages whose scripts may open a WebSocket (RFC 6455 §10.2). */
import { custom, Invalid, type Option } from '#core';

/** @throws Invalid */
function parseOrigins(text: string): readonly string[] {
  const words = text.split(/[,\s]+/).filter(word => word !== '');
  for (const word of words) {
    if (!URL.canParse(word) || new URL(word).origin !== word.toLowerCase()) {
      throw new Invalid(`expected a list of origins such as https://pbx.example, got '${word}'`);
    }
  }
  return words.map(word => word.toLowerCase());
}

export const origins = (help: string): Option<readonly string[]> =>
  custom<readonly string[]>([], 'a list of origins', help, parseOrigins, {
    show: list => list.join(','),
    guard: true,
  });
