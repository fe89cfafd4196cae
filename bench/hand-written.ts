import { spawnSync } from 'node:child_process';
import type { Stage } from './aws.ts';
import type { Call } from './jobs.ts';

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Way = ((stage: Stage) => Start) | undefined;

/** The calls by the AWS CLI, one after the other in a shell; with keys at hand, so that it need not ask STS first. */
export function awsCli(): Way {
  const aws = behind('aws');
  if (aws === undefined) return undefined;
  return ({ byHand, endpoint }) => ({
    command: 'sh',
    args: ['-ec', byHand.calls.map((call) => `'${aws}' --endpoint-url ${endpoint} ${inTheShell(call)}`).join('\n')],
    env: byHand.env,
  });
}

function inTheShell({ service, operation, members }: Call): string {
  const options = Object.entries(members).map(([member, value]) => {
    // Version 2 of the CLI takes a body from a file only, or as base64.
    if (member === 'Body') return '--body fileb://payload.json';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `--${kebab(member)} '${text.replaceAll("'", `'\\''`)}'`;
  });
  // The answer of a model goes to a file, which the CLI wants to be named.
  const file = operation === 'InvokeEndpoint' ? ' answer.json' : '';
  return `${service} ${kebab(operation)} ${options.join(' ')}${file}`;
}

function kebab(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

const PROGRAM = `
import boto3, json, os
clients = {}
for call in json.loads(os.environ["CALLS"]):
    service = call["service"]
    client = clients.get(service) or clients.setdefault(service, boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"]))
    getattr(client, call["method"])(**call["members"])
`;

/** The calls by boto3, all in one process and by one client a service. */
export function boto3(): Way {
  const python = behind('python3');
  if (python === undefined || spawnSync(python, ['-c', 'import boto3']).status !== 0) return undefined;
  return ({ byHand }) => {
    const calls = byHand.calls.map((call) => ({ ...call, method: kebab(call.operation).replaceAll('-', '_') }));
    return { command: python, args: ['-c', PROGRAM], env: { ...byHand.env, CALLS: JSON.stringify(calls) } };
  };
}

/** The command itself, not what a version manager puts before it. */
function behind(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `pyenv which ${name} 2>/dev/null || command -v ${name}`], { encoding: 'utf8' });
  return found.stdout.trim() || undefined;
}
