import { authorise, mayConcern } from './iam.ts';
import { isRecord } from './wire.ts';
import { type AccessRequest, AwsError, type Operations, type Principal, type World } from './world.ts';

/** IAM's simulator of policies, for one role: what its own policies say of an action on a resource. */
export function simulationOperations(world: Pick<World, 'roles'>): Operations {
  return { SimulatePrincipalPolicy: (input) => simulate(world, input) };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
function simulate({ roles }: Pick<World, 'roles'>, input: Record<string, unknown>): unknown {
  const source = String(input.PolicySourceArn);
  const role = roles.get(source);
  if (!role) throw new AwsError('NoSuchEntity', `The role with name ${source.split('/').at(-1)} cannot be found.`, 404);
  const principal = { arn: source, userId: 'simulated', policies: role.policies };
  const context = Object.fromEntries(recordsOf(input.ContextEntries).map(contextOf));
  const resources = listOf(input.ResourceArns);
  const member = listOf(input.ActionNames).flatMap((action) =>
    (resources.length > 0 ? resources : ['*']).map((resource) =>
      evaluated(principal, { action: String(action), resources: [String(resource)], context }),
    ),
  );
  return { EvaluationResults: { member }, IsTruncated: false };
}

function evaluated(principal: Principal, request: AccessRequest): unknown {
  return {
    EvalActionName: request.action,
    EvalResourceName: request.resources[0],
    EvalDecision: decisionOn(principal, request),
    MissingContextValues: { member: missingFrom(principal, request) },
  };
}

function decisionOn(principal: Principal, request: AccessRequest): string {
  try {
    authorise(principal, request);
    return 'allowed';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.message.includes('explicit deny') ? 'explicitDeny' : 'implicitDeny';
  }
}

/** The keys of conditions on the action and resource that the request does not tell. */
function missingFrom({ policies = [] }: Principal, request: AccessRequest): string[] {
  const told = new Set(Object.keys(request.context).map((key) => key.toLowerCase()));
  const statements = policies.flatMap(({ Statement }) => Statement).filter((each) => mayConcern(each, request));
  const keys = statements.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap((each) => Object.keys(each)),
  );
  return [...new Set(keys.filter((key) => !told.has(key.toLowerCase())))];
}

function contextOf(entry: Record<string, unknown>): [string, string[]] {
  return [String(entry.ContextKeyName), listOf(entry.ContextKeyValues).map(String)];
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const recordsOf = (value: unknown): Record<string, unknown>[] => listOf(value).filter(isRecord);
