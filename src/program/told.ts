import { thousands } from '../ground/thousands.ts';
import type { MessageFact, ToldEvent } from '../notify/message.ts';
import { readApproval } from '../registry/entries.ts';
import type { EvidenceKind } from '../registry/entry-keys.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import type { Context } from './context.ts';

type Telling = Pick<Context, 'job' | 'tell'>;

/** Tells that a person approved or rejected a version. */
export function tellVerdict(
  event: 'approved' | 'emergency' | 'rejected',
  { version, comment }: { readonly version: ModelPackage; readonly comment: string },
  { job, tell }: Telling,
): void {
  const done = { approved: 'approved', emergency: 'approved in an emergency', rejected: 'rejected' }[event];
  const title = `${displayName(version)} was ${done} for ${job.environment} by ${job.user}`;
  tell({ event, title, facts: [packageFact(version), ...commentFact(comment)] });
}

/** Tells that an endpoint serves a version, or serves it otherwise. */
export function tellDeployed(
  {
    version,
    endpoint,
    serving,
  }: { readonly version: ModelPackage; readonly endpoint: string; readonly serving: string },
  { job, tell }: Telling,
): void {
  tell({
    event: 'deployed',
    title: `${displayName(version)} is live in ${job.environment} on ${endpoint}`,
    facts: [packageFact(version), { label: 'serving', text: serving }, ...approverFact(version, job.environment)],
  });
}

/** Tells that SageMaker went back to what served before. */
export function tellFallBack(
  {
    version,
    endpoint,
    previous,
    fired,
  }: {
    readonly version: ModelPackage;
    readonly endpoint: string;
    /** The endpoint config that serves again. */
    readonly previous: string | undefined;
    /** The alarms that did it, a sentence each. */
    readonly fired: readonly string[];
  },
  { job, tell }: Telling,
): void {
  tell({
    event: 'rolled_back',
    title: `SageMaker rolled ${endpoint} back from ${displayName(version)} in ${job.environment}`,
    facts: [
      packageFact(version),
      { label: 'serves again', text: previous ?? 'unknown' },
      ...fired.map((text) => ({ label: 'alarm', text })),
      ...approverFact(version, job.environment),
    ],
  });
}

/** Tells that a person took an endpoint back to a version. */
export function tellReturn(
  {
    version,
    endpoint,
    comment,
  }: { readonly version: ModelPackage; readonly endpoint: string; readonly comment: string },
  { job, tell }: Telling,
): void {
  tell({
    event: 'rolled_back',
    title: `${job.user} rolled ${endpoint} back to ${displayName(version)} in ${job.environment}`,
    facts: [packageFact(version), ...commentFact(comment)],
  });
}

/** Tells that a version answered its test request. */
export function tellValidated(
  { version, endpoint }: { readonly version: ModelPackage; readonly endpoint: string },
  { job, tell }: Telling,
): void {
  const title = `${displayName(version)} was validated in ${job.environment} on ${endpoint}`;
  tell({ event: 'validated', title, facts: [packageFact(version)] });
}

/** Tells what evidence about a version says. */
export function tellEvidence(
  {
    version,
    kind,
    verdict,
    n,
  }: { readonly version: ModelPackage; readonly kind: EvidenceKind; readonly verdict: string; readonly n: number },
  { job, tell }: Telling,
): void {
  const title = `${displayName(version)} in ${job.environment}: ${kind} is ${verdict}`;
  const counted = { label: kind === 'load' ? 'requests' : 'rows', text: thousands(n) };
  tell({ event: 'evidence', title, facts: [packageFact(version), counted] });
}

/** What is told of a job that failed: where to look, and not what its containers or AWS said. */
export function failureTold(
  component: string,
  code: string,
  { name, environment }: Context['job'],
): ToldEvent<'failed'> {
  const facts = [
    { label: 'job', text: name },
    { label: 'code', text: code },
  ];
  return { event: 'failed', title: `${component} failed in ${environment}: ${code}`, facts };
}

const packageFact = ({ arn }: ModelPackage): MessageFact => ({ label: 'package', text: arn });

function commentFact(comment: string): MessageFact[] {
  const words = comment.trim();
  return words === '' ? [] : [{ label: 'comment', text: words }];
}

function approverFact(version: ModelPackage, environment: string): MessageFact[] {
  const approval = readApproval(version, environment);
  return approval.is === 'read' ? [{ label: 'approved by', text: approval.value.by }] : [];
}
