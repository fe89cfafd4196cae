// The same requests as a program, signed by hand, with nothing but Node: as many side by side as the program asks. What no SDK
// can be faster than.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';

interface Recorded {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly round: number;
  readonly status: number;
}

const [file = '', endpoint = ''] = process.argv.slice(2);
const requests: Recorded[] = JSON.parse(readFileSync(file, 'utf8'));
const agent = new Agent({ keepAlive: true });
const { hostname, port, host } = new URL(endpoint);
const REGION = 'ap-southeast-1';
let [key, secret, token] = ['', '', ''];

const rounds = Map.groupBy(requests, ({ round }) => round);
for (const round of rounds.values()) await Promise.all(round.map(ask));
agent.destroy();

async function ask(asked: Recorded): Promise<void> {
  const { status, body } = await send(asked);
  if (status !== asked.status)
    throw new Error(`The hand-signed copy received ${status} and not ${asked.status}: ${body}`);
  key = within('AccessKeyId', body) ?? key;
  secret = within('SecretAccessKey', body) ?? secret;
  token = within('SessionToken', body) ?? token;
}

function within(element: string, xml: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)`).exec(xml)?.[1];
}

async function send(asked: Recorded): Promise<{ status: number; body: string }> {
  const headers = key === '' ? asked.headers : signed(asked);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, path, body } = asked;
    request({ agent, hostname, port, method, path, headers }, resolve).on('error', reject).end(body);
  });
  let body = '';
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode ?? 0, body };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed({ service, method, path, headers, body }: Recorded): Record<string, string> {
  const now = `${new Date().toISOString().replace(/[:-]|\.\d+/g, '')}`;
  const day = now.slice(0, 8);
  const payload = hash(body);
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-amz-content-sha256': payload,
    'x-amz-date': now,
    'x-amz-security-token': token,
  };
  const names = Object.keys(all).sort();
  const listed = names.map((name) => `${name}:${all[name]?.trim()}\n`).join('');
  const canonical = [method, path, '', listed, names.join(';'), payload].join('\n');
  const scope = `${day}/${REGION}/${service}/aws4_request`;
  const signing = [day, REGION, service, 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${secret}`);
  const signature = mac(signing, ['AWS4-HMAC-SHA256', now, scope, hash(canonical)].join('\n')).toString('hex');
  const credential = `Credential=${key}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...all, authorization: `AWS4-HMAC-SHA256 ${credential}` };
}

function mac(secretKey: string | Buffer, text: string): Buffer {
  return createHmac('sha256', secretKey).update(text).digest();
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
