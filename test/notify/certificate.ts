import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key, as a server of TLS takes them. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for localhost that nobody signed but itself: there is no library for this in Node. */
export function certificate(): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const name = sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), utf8('localhost'))));
  const validity = sequence(time(-86_400_000), time(86_400_000));
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const alternative = sequence(der(0x06, Buffer.from('551d11', 'hex')), der(0x04, names));
  const authority = sequence(
    der(0x06, Buffer.from('551d13', 'hex')),
    der(0x04, sequence(der(0x01, Buffer.from([255])))),
  );
  const told = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternative, authority)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', told, privateKey)]));
  const whole = sequence(told, ecdsaWithSha256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, Buffer.concat(parts));
const utf8 = (text: string) => der(0x0c, Buffer.from(text));

/** So many milliseconds from now: `261126130000Z`. */
function time(from: number): Buffer {
  const at = new Date(Date.now() + from).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(at.slice(2)));
}
