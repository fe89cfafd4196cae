import type { Permission } from '../../program/component.ts';
import { BUILT, type EntryKind, entryKey } from '../../registry/entry-keys.ts';
import type { Probe, ProbeHands } from './ask.ts';
import { IMPOSSIBLE, type WrittenEntry, writing } from './impossible.ts';
import type { CheckedNames } from './names.ts';
import { READS } from './reads.ts';

/** Whether a permission can be seen by a request, and by which. */
type Seeing =
  /** A request for this permission; or for another that needs it, too: AWS may deny it there, and says nothing where it does not. */
  | { readonly by: 'request'; readonly of: Permission; readonly probe: Probe }
  | { readonly by: 'nothing'; readonly why: string };

/** What a request for another permission needs, too: `action on` -> that other one. */
const NEEDED_BY: Readonly<Record<string, Permission>> = {
  'iam:PassRole execution role': { action: 'sagemaker:CreateModel', on: 'model' },
  'sagemaker:AddTags model': { action: 'sagemaker:CreateModel', on: 'model' },
  'sagemaker:AddTags endpoint config': { action: 'sagemaker:CreateEndpointConfig', on: 'endpoint config' },
  'sagemaker:AddTags temporary model': { action: 'sagemaker:CreateModel', on: 'temporary model' },
  'sagemaker:AddTags temporary endpoint config': {
    action: 'sagemaker:CreateEndpointConfig',
    on: 'temporary endpoint config',
  },
};

/** Why no request can show a permission without doing what it permits. */
const UNSEEN: readonly (readonly [permission: RegExp, why: string])[] = [
  [/^s3:/, 'this job does not know the buckets'],
  [/^(ecr|kms):/, 'this job does not know the image or the key'],
  [/^sagemaker:Delete(Model|EndpointConfig) /, 'it is allowed by a tag, and what there is not has none'],
  [/^sagemaker:DeleteEndpoint /, 'a request for the endpoint would delete it'],
  [/^sagemaker:AddTags /, 'a request for the endpoint or pipeline would tag it'],
  [/^sagemaker:(Create|Update)Pipeline /, 'a request for the pipeline would create or change it'],
  [/^sagemaker:StartPipelineExecution /, 'a request for the pipeline would start it'],
  [/^sagemaker:InvokeEndpointAsync /, 'the endpoint would take a request into its queue'],
  [/^sagemaker:UpdateEndpointWeights/, 'a request for the endpoint could change it'],
  [/^application-autoscaling:(Register|Put)/, 'a request for the endpoint could scale it'],
  [/^cloudwatch:/, 'a request could make or delete an alarm'],
  [/^iam:/, 'AWS asks for it only when something is made'],
];

const keyOf = ({ action, on }: Permission) => `${action} ${on}`;

/** How a permission can be seen. Where no table names one, nothing shows it. */
export function seeingOf(permission: Permission, asking: ProbeHands): Seeing {
  const { names } = asking;
  const key = keyOf(permission);
  const missing = missingFor(permission, names);
  if (missing !== undefined) return { by: 'nothing', why: missing };
  const other = NEEDED_BY[key];
  if (other) return seeingOf(other, asking);
  const probe = probeOf(permission, asking);
  if (probe) return { by: 'request', of: permission, probe };
  const why = UNSEEN.find(([pattern]) => pattern.test(key))?.[1];
  return { by: 'nothing', why: why ?? 'no request is known that shows it and changes nothing' };
}

function probeOf(permission: Permission, asking: ProbeHands): Probe | undefined {
  const { action, writes } = permission;
  if (action === 'sagemaker:UpdateModelPackage' && writes !== undefined)
    return writing(asking, entryOf(permission, writes, asking.names));
  const [read, impossible] = [READS[keyOf(permission)], IMPOSSIBLE[keyOf(permission)]];
  if (read) return { kind: 'read', ask: () => read(asking) };
  return impossible && { kind: 'impossible', ask: () => impossible(asking) };
}

/** The input that a request needs, where it is empty. */
function missingFor({ action, on }: Permission, { pipeline, executionRole }: CheckedNames): string | undefined {
  if (pipeline === undefined && (on === 'pipeline' || on === 'execution')) return 'pipeline_name is empty';
  if (executionRole === undefined && action === 'sagemaker:CreateModel') return 'execution_role_arn is empty';
  return undefined;
}

function entryOf(
  { sets }: Permission,
  kind: typeof BUILT | EntryKind,
  { environment, path }: CheckedNames,
): WrittenEntry {
  const key = kind === BUILT ? BUILT : entryKey(kind, environment);
  return { keys: [key], status: environment === path[0] ? sets : undefined };
}
