import { execFile, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { namedScenes } from '../../emulator/named-scenes.ts';
import { scenarios } from '../../emulator/scenarios.ts';

const run = promisify(execFile);
const TSX = fileURLToPath(new URL('../../node_modules/.bin/tsx', import.meta.url));
const SERVE = fileURLToPath(new URL('../../emulator/serve.ts', import.meta.url));

describe('npm run emulator', () => {
  test('prints what to export, serves on loopback, and counts its calls when it is stopped', async () => {
    const served = spawn(TSX, [SERVE, '--scenario', 'throttled'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const told: Record<string, string> = {};
    for await (const line of createInterface(served.stdout)) {
      const [, name = '', value = ''] = /^export (\w+)=(\S+)$/.exec(line) ?? [];
      told[name] = value;
      if (name === 'AWS_SECRET_ACCESS_KEY') break;
    }
    expect(told).toMatchObject({
      AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_REGION: 'ap-southeast-1',
    });
    const headers = {
      'x-amz-target': 'SageMaker.ListEndpoints',
      authorization: `AWS4-HMAC-SHA256 Credential=${told.AWS_ACCESS_KEY_ID}/x`,
    };
    const answer = await fetch(String(told.AWS_ENDPOINT_URL), { method: 'POST', headers, body: '{}' });
    expect(await answer.json()).toMatchObject({ __type: 'ThrottlingException' });

    let stderr = '';
    served.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    const ended = new Promise((resolve) => served.once('close', resolve));
    served.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(stderr).toContain('Served 1 calls.');
  });

  test('explains its options when it is asked, and serves nothing', async () => {
    for (const option of ['--help', '-h']) {
      const { stdout } = await run(TSX, [SERVE, option]);
      for (const told of ['--port N', '--scenario NAME', 'Ctrl+C']) expect(stdout).toContain(told);
      expect(stdout).not.toContain('export ');
    }
  });

  test('prints only exports on stdout, and on stderr which AWS CLI reads them', async () => {
    const served = spawn(TSX, [SERVE], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      served[stream].on('data', (chunk) => {
        said[stream] += String(chunk);
      });
    await vi.waitFor(() => expect(said.stdout).toContain('AWS_SESSION_TOKEN'), 10_000);
    const ended = new Promise((resolve) => served.once('close', resolve));
    served.kill('SIGTERM');
    await ended;
    expect(said.stderr).toContain('AWS CLI reads AWS_ENDPOINT_URL from version 2.13 on (version 1: from 1.29 on)');
    expect(said.stderr).toContain('--endpoint-url "$AWS_ENDPOINT_URL"');
    const show = `${said.stdout}\nprintf '%s\n' "$AWS_ACCESS_KEY_ID" "[$AWS_SESSION_TOKEN]"`;
    const { stdout } = await run('sh', ['-euc', show], { env: { ...process.env, AWS_SESSION_TOKEN: 'of a session' } });
    expect(stdout).toBe('AKIAEMULATORADMIN000\n[]\n');
    for (const line of said.stdout.trim().split('\n')) expect(line).toMatch(/^export [A-Z_]+=\S*$/);
  });

  test('says first what is in it, what to do next, and one call of the AWS CLI to paste', async () => {
    const served = spawn(TSX, [SERVE, '--scene', 'resale-price', '--scenario', 'no capacity'], { stdio: 'pipe' });
    let stderr = '';
    served.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    await vi.waitFor(() => expect(stderr).toContain('AWS CLI reads'), 10_000);
    const ended = new Promise((resolve) => served.once('close', resolve));
    served.kill('SIGTERM');
    await ended;
    const [serves, holds, goesWrong, , paste, call] = stderr.split('\n');
    expect(serves).toMatch(/^The embedded SageMaker serves on http:\/\/127\.0\.0\.1:\d+ until you press Ctrl\+C\.$/);
    expect(holds).toMatch(/^In it: three versions of ResalePriceModelGroup .* resale-price-dev/);
    expect(goesWrong).toBe(`What goes wrong: ${scenarios['no capacity'].about}`);
    expect(paste).toBe('1. Paste the lines that begin with "export" into another shell.');
    expect(call).toBe(`2. There, paste this call:  ${namedScenes['resale-price'].look}`);
  });

  test('lists with --help what it may have in it, and what may go wrong', async () => {
    const { stdout } = await run(TSX, [SERVE, '--help']);
    for (const name of [...Object.keys(namedScenes), ...Object.keys(scenarios)])
      expect(stdout).toContain(`\n  ${name} `);
  });

  test.each([
    [['--scene', 'sea'], "There is no scene 'sea'. Choose from: resale-price."],
    [['--port', 'http'], "--port must be a number from 0 to 65535, and is 'http'."],
    [['--scenario', 'rain'], "There is no scenario 'rain'. Choose from: model already there,"],
  ])('refuses %j in a sentence', async (args, sentence) => {
    await expect(run(TSX, [SERVE, ...args])).rejects.toMatchObject({
      code: 64,
      stderr: expect.stringContaining(sentence),
    });
  });
});

const installed = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const hasCli = installed('aws', '--version');
const hasBoto = installed('python3', '-c', 'import boto3');

describe('people who set a scene', () => {
  let emulator: Emulator;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    emulator = await startEmulator();
    const { AWS_PROFILE: _, ...own } = process.env;
    env = {
      ...own,
      ...emulator.env,
      // Any static keys do, and a token that is empty is none.
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SESSION_TOKEN: '',
      AWS_PAGER: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
  });
  afterAll(() => emulator.close());

  test.skipIf(!hasCli)('use the AWS CLI (skipped when `aws` is not installed)', { timeout: 60_000 }, async () => {
    const aws = async (...args: string[]) =>
      JSON.parse((await run('aws', [...args, '--output', 'json'], { env })).stdout || '{}');
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: '111122223333' });
    await aws('sagemaker', 'create-model-package-group', '--model-package-group-name', 'FromTheCli');
    const specification = JSON.stringify({
      Containers: [{ Image: 'image:1', ModelDataUrl: 's3://models/model.tar.gz' }],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
    });
    const group = ['--model-package-group-name', 'FromTheCli'];
    await aws('sagemaker', 'create-model-package', ...group, '--inference-specification', specification);
    const listed = await aws('sagemaker', 'list-model-packages', ...group);
    expect(listed.ModelPackageSummaryList).toMatchObject([
      { ModelPackageVersion: 1, ModelApprovalStatus: 'PendingManualApproval' },
    ]);
    await expect(aws('sagemaker', 'describe-endpoint', '--endpoint-name', 'nothing')).rejects.toMatchObject({
      stderr: expect.stringContaining(
        '(ValidationException) when calling the DescribeEndpoint operation: Could not find endpoint',
      ),
    });
  });

  test.skipIf(!hasCli)('paste the call that the first lines name', { timeout: 60_000 }, async () => {
    namedScenes['resale-price'].set(emulator);
    const { stdout } = await run('sh', ['-euc', namedScenes['resale-price'].look], { env });
    for (const name of ['resale-price-dev', 'resale-price-uat', 'resale-price-main'])
      expect(stdout).toMatch(new RegExp(`\\| +${name} +\\| +InService +\\|`));
  });

  test.skipIf(!hasBoto)('use boto3 (skipped when it is not installed)', { timeout: 60_000 }, async () => {
    const script = `
import boto3, json
sm, logs, sts = boto3.client('sagemaker'), boto3.client('logs'), boto3.client('sts')
sm.create_model_package_group(ModelPackageGroupName='FromBoto')
arn = sm.create_model_package(ModelPackageGroupName='FromBoto', CustomerMetadataProperties={'team': 'resale'},
    InferenceSpecification={'Containers': [{'Image': 'image:1', 'ModelDataUrl': 's3://models/model.tar.gz'}]})['ModelPackageArn']
sm.create_model(ModelName='boto', PrimaryContainer={'ModelPackageName': arn}, ExecutionRoleArn='arn:aws:iam::111122223333:role/execution')
sm.create_endpoint_config(EndpointConfigName='boto', ProductionVariants=[
    {'VariantName': 'AllTraffic', 'ModelName': 'boto', 'InstanceType': 'ml.m5.large', 'InitialInstanceCount': 1}])
sm.create_endpoint(EndpointName='boto', EndpointConfigName='boto')
statuses = [sm.describe_endpoint(EndpointName='boto')['EndpointStatus'] for _ in range(3)]
answer = boto3.client('sagemaker-runtime').invoke_endpoint(EndpointName='boto', ContentType='text/csv', Accept='text/csv', Body=b'1,2,3')
streams = [s['logStreamName'] for s in logs.describe_log_streams(logGroupName='/aws/sagemaker/Endpoints/boto')['logStreams']]
print(json.dumps({'who': sts.get_caller_identity()['Arn'], 'created': sm.describe_model_package(ModelPackageName=arn)['CreationTime'].timestamp(),
    'statuses': statuses, 'answer': answer['Body'].read().decode(), 'streams': len(streams)}))
`;
    const { stdout } = await run('python3', ['-c', script], { env });
    expect(JSON.parse(stdout)).toEqual({
      who: 'arn:aws:iam::111122223333:user/administrator',
      created: Date.parse('2026-11-22T08:00:00Z') / 1000,
      statuses: ['Creating', 'Creating', 'InService'],
      answer: expect.stringMatching(/^\d+$/),
      streams: 1,
    });
  });
});
