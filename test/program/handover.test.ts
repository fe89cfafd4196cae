import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRecord, deploymentRecord, readHandover, trainingRecord } from '../../src/program/handover.ts';
import { leaveRecord, recordPath } from '../components/handover.ts';
import { projectFolder } from '../components/job.ts';
import { JOB } from '../gitlab/job.ts';
import { thrownBy } from '../ground/thrown.ts';
import { arnOf } from '../registry/package.ts';

const PLACE = { region: 'ap-southeast-1', account: '111122223333' };
const GROUP = 'ResalePriceModelGroup';
const ran = { execution: 'e' };
const registered = { ...ran, outcome: 'registered', packages: [{ group: GROUP, package: arnOf(1), version: 1 }] };
const nothing = { ...ran, outcome: 'nothing', why: 'condition GoodEnough was false' };
const shown = (version: number, more: object = {}) => ({
  ...{ outcome: 'candidate', status: 'Approved', group: GROUP, package: arnOf(version), version },
  ...{ content: 'c', promotion_path: ['dev'], open: [], ...more },
});

/** Leaves records, each of a job of its own unless they say otherwise: the jobs are numbered 1, 2, 3 ... */
function leave(component: string, records: readonly object[]): string {
  const root = projectFolder();
  for (const [index, record] of records.entries()) leaveRecord(root, component, record, String(1 + index));
  return root;
}

/** What check-model reads of the trainings of its pipeline. */
function readTrainings(records: readonly object[], value: string | undefined) {
  const root = leave('deploy-pipeline', records);
  return readHandover({ root, job: JOB, aws: PLACE, log: logOf([]) }, trainingRecord, {
    input: 'model_package_group_name',
    value,
  });
}

/** What approve-model reads of what check-model showed, and what it says in its log. */
function readShown(root: string) {
  const lines: string[] = [];
  const choice = { input: 'model_package_group_name', value: undefined } as const;
  return { record: readHandover({ root, job: JOB, aws: PLACE, log: logOf(lines) }, checkRecord, choice), lines };
}

/** A Failure whose message says so. */
const because = (why: string) => ({ message: expect.stringContaining(why), next: expect.stringMatching(/./) });

function logOf(lines: string[]) {
  return { line: (text: string) => void lines.push(text), last: () => undefined, section: () => undefined };
}

it.each([
  ['before', [nothing, registered]],
  ['after', [registered, nothing]],
])('a training that registered nothing, %s one that did, stands in nobody’s way', (_, records) => {
  expect(readTrainings(records, GROUP)).toMatchObject({ outcome: 'registered' });
});

it('two trainings that registered nothing cannot be told apart', () => {
  expect(thrownBy(() => readTrainings([nothing, nothing], GROUP))).toMatchObject(
    because(
      `This pipeline has 2 deploy-pipeline jobs for the environment dev ("nothing", "nothing"), and model_package_group_name "${GROUP}" does not say which one to use.`,
    ),
  );
  expect(thrownBy(() => readTrainings([nothing, nothing], undefined))).toMatchObject(
    because('and model_package_group_name does not say which one to use.'),
  );
});

it('a training of another group is not taken, even when it is the only one', () => {
  expect(thrownBy(() => readTrainings([registered], 'Churn'))).toMatchObject(
    because(`deploy-pipeline of this pipeline is for "${GROUP}", not for model_package_group_name "Churn".`),
  );
});

it('a training of another account’s group of the same name is not taken', () => {
  const theirs = { group: GROUP, package: arnOf(1).replace('111122223333', '444455556666'), version: 1 };
  expect(thrownBy(() => readTrainings([{ ...registered, packages: [theirs] }], GROUP))).toMatchObject(
    because('is for'),
  );
});

it('a training that registered in two groups is about both', () => {
  const other = { group: 'Churn', package: arnOf(1).replace(GROUP, 'Churn'), version: 1 };
  const both = { ...registered, packages: [...registered.packages, other] };
  for (const group of [GROUP, 'Churn']) expect(readTrainings([both], group)).toMatchObject({ outcome: 'registered' });
});

/** What validate-endpoint reads of the deployments of its pipeline. */
function readDeployment(
  records: readonly object[],
  input: 'endpoint_name' | 'model_package_group_name',
  value: string,
) {
  const root = leave('deploy-model', records);
  return readHandover({ root, job: JOB, aws: PLACE, log: logOf([]) }, deploymentRecord, { input, value });
}

it('a deployment is found by its endpoint, as it is spelled', () => {
  const words = { outcome: 'deployed', config: 'c', model: 'm', previous_config: 'b' };
  const records = ['price', 'Price'].map((endpoint, index) => ({ ...shown(1 + index), ...words, endpoint }));
  for (const { endpoint, version } of records)
    expect(readDeployment(records, 'endpoint_name', endpoint)).toMatchObject({ version });
});

it('a deployment of nothing is found by the endpoint or group that it names, or by any where it names none', () => {
  const records = [
    { outcome: 'nothing', why: 'a', endpoint: 'price', group: GROUP },
    { outcome: 'nothing', why: 'b', endpoint: 'churn', group: 'Churn' },
  ];
  expect(readDeployment(records, 'endpoint_name', 'churn')).toMatchObject({ why: 'b' });
  expect(readDeployment(records, 'model_package_group_name', GROUP)).toMatchObject({ why: 'a' });
  expect(readDeployment([{ outcome: 'nothing', why: 'c' }], 'endpoint_name', 'churn')).toMatchObject({ why: 'c' });
});

describe('of several records', () => {
  it('those of one job that was run again count as one: the newest, by the numbers that GitLab gives', () => {
    const root = projectFolder();
    const name = { job_name: '检查模型 🚀' };
    for (const [job, version] of [
      ['9', 1],
      ['11', 3],
      ['10', 2],
    ] as const)
      leaveRecord(root, 'check-model', shown(version, name), job);
    expect(readShown(root).record).toMatchObject({ version: 3, job: '11' });
  });

  it('those of two jobs are told apart by their names alone, in any script', () => {
    const records = [shown(1, { job_name: '检查模型' }), shown(2, { job_name: 'проверка' })];
    expect(thrownBy(() => readShown(leave('check-model', records)))).toMatchObject(because('2 check-model jobs'));
  });

  it('those of other pipelines are ignored, whatever they say, and the log says so', () => {
    const { record, lines } = readShown(leave('check-model', [{ pipeline: '99' }, shown(2), { pipeline: '98' }]));
    expect(record).toMatchObject({ version: 2 });
    expect(lines).toEqual([
      'Ignored: a check-model record of pipeline 99.',
      'Ignored: a check-model record of pipeline 98.',
    ]);
  });

  it.each([
    ['environments', { environment: 'uat' }],
    ['regions', { region: 'eu-west-1' }],
  ])('those of other %s are not taken', (_, elsewhere) => {
    const other = shown(2, elsewhere);
    expect(readShown(leave('check-model', [shown(1), other])).record).toMatchObject({ version: 1 });
    expect(thrownBy(() => readShown(leave('check-model', [other])))).toMatchObject(
      because("This job's artifacts have no check-model record for this environment and region."),
    );
  });

  it('those of other pipelines alone are refused, by name', () => {
    expect(thrownBy(() => readShown(leave('check-model', [{ pipeline: '99' }])))).toMatchObject(
      because('The check-model record is from pipeline 99, but this is pipeline 101.'),
    );
  });
});

describe('a record', () => {
  const path = recordPath('check-model');

  it('may be missing where a job was killed early', () => {
    const root = leave('check-model', [shown(1)]);
    mkdirSync(join(root, dirname(recordPath('check-model', '2'))), { recursive: true });
    expect(readShown(root).record).toMatchObject({ version: 1 });
  });

  it('may have a megabyte', () => {
    const root = leave('check-model', [shown(1)]);
    const text = readFileSync(join(root, path), 'utf8');
    writeFileSync(join(root, path), text.padEnd(1_048_576));
    expect(readShown(root).record).toMatchObject({ version: 1 });
  });

  it.each<[what: string, lay: (root: string) => void, why: string]>([
    [
      'that is a folder',
      (root) => mkdirSync(join(root, path), { recursive: true }),
      `${path} cannot be read: it is not a file.`,
    ],
    [
      'in whose way a file is',
      (root) => lay(root, dirname(path), 'in the way'),
      `${path} cannot be read: a file is where a folder must be (ENOTDIR).`,
    ],
    [
      'whose folder is a file',
      (root) => lay(root, 'sagemaker/check-model', 'in the way'),
      'sagemaker/check-model cannot be read: a file is where a folder must be (ENOTDIR).',
    ],
    [
      'that is a link to a record',
      (root) => {
        leaveRecord(root, 'elsewhere', shown(1));
        link(root, join(root, recordPath('elsewhere')), path);
      },
      `${path} cannot be read: it is a link.`,
    ],
    [
      'in a folder that is a link',
      (root) => {
        leaveRecord(root, 'elsewhere', shown(1));
        link(root, join(root, 'sagemaker/elsewhere'), 'sagemaker/check-model');
      },
      `${path} cannot be read: it is a link.`,
    ],
    ['that is a link to nothing', (root) => link(root, '/nowhere', path), `${path} cannot be read: it is a link.`],
    [
      'that is a link to itself',
      (root) => link(root, 'record.json', path),
      `${path} cannot be read: a link leads back to itself (ELOOP).`,
    ],
    [
      'that is too large',
      (root) => {
        lay(root, path, '{}');
        truncateSync(join(root, path), 3_000_000_000);
      },
      `${path} cannot be read: it has 3000000000 bytes, more than 1048576.`,
    ],
    [
      'of a job that has no number',
      (root) => void leaveRecord(root, 'check-model', shown(1, { job: 'last' })),
      `${path} is not a record that this version can read (job must be the ID of a job)`,
    ],
    [
      'that is empty',
      (root) => lay(root, path, ''),
      `${path} is not a record that this version can read (it is not a JSON record)`,
    ],
    [
      'that is null',
      (root) => lay(root, path, 'null'),
      `${path} is not a record that this version can read (it is not a JSON record)`,
    ],
    [
      'whose pipeline is a number',
      (root) => void leaveRecord(root, 'check-model', shown(1, { pipeline: 99 })),
      `${path} is not a record that this version can read (pipeline invalid input: expected string, received number)`,
    ],
    [
      'that lacks members: the first three are named',
      (root) => lay(root, path, '{"outcome": "candidate", "pipeline": "101", "job": "1"}'),
      `${path} is not a record that this version can read (environment is missing; region is missing; job_name is missing)`,
    ],
  ])('%s is refused in a sentence', (_, layIt, why) => {
    const root = projectFolder();
    layIt(root);
    expect(thrownBy(() => readShown(root))).toMatchObject({
      exitCode: 64,
      message: expect.stringContaining(why),
    });
  });
});

function lay(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function link(root: string, target: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}
