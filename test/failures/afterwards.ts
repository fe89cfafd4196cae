import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readApproval, readValidation, readWithdrawal } from '../../src/registry/entries.ts';
import { entriesOf } from '../components/handover.ts';
import type { FinishedJob } from '../components/job.ts';
import { ENDPOINT, type Place } from './stage.ts';

type Finished = Pick<FinishedJob, 'log' | 'record' | 'outputs' | 'calls' | 'received'>;

/** What a job's record says is what AWS holds when the job has ended, and what the job hands on. */
export function judgeAgainstAws(component: string, job: Finished, place: Place): void {
  const { outcome } = job.record ?? {};
  if (outcome === 'deployed') expectLive(job, place);
  if (outcome === 'gone') expect(place.emulator.endpoint(String(job.record?.endpoint))).toBeUndefined();
  if (outcome === 'approved' || outcome === 'rejected' || outcome === 'validated') expectEntered(job, place);
  if (job.log.includes('the endpoint, which is as it was')) expectUnchanged(job);
  expectEachAttemptOnce(place);
  const described = join(place.root, 'sagemaker', component, '1', 'endpoint.json');
  if (existsSync(described)) expectAsDescribed(JSON.parse(readFileSync(described, 'utf8')), place);
}

/** The config of the record serves, nothing is on its way, and the endpoint's tags and the outputs say the same. */
function expectLive({ record = {}, outputs, calls, log }: Finished, { emulator }: Place): void {
  const live = emulator.endpoint(String(record.endpoint));
  expect({ status: live?.status, config: live?.config.name, pending: live?.pending }).toEqual({
    status: 'InService',
    config: record.config,
    pending: undefined,
  });
  // A job that ends red hands on nothing.
  if (!log.includes('\nERROR '))
    expect(outputs).toEqual({
      ENDPOINT_NAME: record.endpoint,
      ENDPOINT_CONFIG_NAME: record.config,
      ...(record.previous_config !== undefined && { PREVIOUS_ENDPOINT_CONFIG_NAME: record.previous_config }),
      MODEL_NAME: record.model,
      ENDPOINT_URL: expect.stringContaining(String(record.endpoint)),
    });
  expect(emulator.tags.of(String(live?.arn))).toMatchObject({
    'sagemaker-components:wanted': record.config,
    'sagemaker-components:previous': record.previous_config ?? '',
  });
  if (calls.includes('CreateEndpoint') && !calls.includes('UpdateEndpoint'))
    expect(record, 'nothing was live before what was created').not.toHaveProperty('previous_config');
}

/** The version carries the entry of this pipeline, about what the record is about; its status is the verdict's. */
function expectEntered({ record = {} }: Finished, { emulator }: Place): void {
  const { outcome, pipeline, content, endpoint, config } = record;
  const environment = String(record.environment);
  const version = emulator.package(String(record.package));
  const entries = entriesOf(emulator, String(record.package));
  const entry = { is: 'read', value: { pipeline, content } };
  if (outcome === 'approved') expect(readApproval(entries, environment)).toMatchObject(entry);
  if (outcome === 'rejected') expect(readWithdrawal(entries, environment)).toMatchObject(entry);
  if (outcome === 'validated')
    expect(readValidation(entries, environment)).toMatchObject({
      is: 'read',
      value: { ...entry.value, endpoint, config },
    });
  expect(version?.approval).toBe(outcome === 'rejected' ? 'Rejected' : 'Approved');
}

/** AWS took none of the changes to the endpoint that the job asked for. */
function expectUnchanged({ received }: Finished): void {
  const changes = received.filter(({ operation }) => /^(Create|Update|Delete)Endpoint$/.test(operation));
  expect(changes.filter(({ answer }) => answer === 'ok' || answer.endsWith('after the effect'))).toEqual([]);
}

/** Each attempt of a training has the next number, and is started once, however often its request was sent. */
function expectEachAttemptOnce({ emulator }: Place): void {
  const names = [...emulator.executions.all.values()].map(({ name }) => name);
  const attempts = Map.groupBy(names, (name) => name.slice(0, name.lastIndexOf('-')));
  for (const [same, each] of attempts)
    expect(each, names.join(', ')).toEqual(each.map((_, index) => `${same}-${index + 1}`));
}

/** What is kept of the endpoint is SageMaker's whole last word on it. */
function expectAsDescribed(kept: object, { emulator }: Place): void {
  const endpoint = emulator.endpoint(ENDPOINT);
  expect(kept).toMatchObject({
    EndpointName: ENDPOINT,
    EndpointStatus: endpoint?.status,
    EndpointConfigName: endpoint?.config.name,
    ...(endpoint?.failureReason !== undefined && { FailureReason: endpoint.failureReason }),
  });
}
