import { type AccessRequest, AwsError, type PolicyDocument, type PolicyStatement, type Principal } from './world.ts';

type Values = string | readonly string[] | undefined;
type Compare = (wanted: readonly string[], present: Values) => boolean;

/** Refuses, in AWS's words, what the principal's policies do not allow on every resource of the request, or deny on one of them. */
export function authorise(principal: Principal, request: AccessRequest): void {
  if (!principal.policies) return;
  const statements = principal.policies.flatMap((policy) => policy.Statement);
  for (const statement of statements) mustBeUnderstood(statement);
  for (const resource of request.resources.length > 0 ? request.resources : ['*']) {
    const applying = statements.filter((statement) => applies(statement, request, resource));
    if (applying.some((statement) => statement.Effect === 'Deny')) {
      throw denied(principal, request, resource, 'with an explicit deny in an identity-based policy');
    }
    if (!applying.some((statement) => statement.Effect === 'Allow')) {
      const why = `because no identity-based policy allows the ${request.action} action`;
      throw denied(principal, request, resource, why);
    }
  }
}

/** Whether the principal's policies allow a request. */
export function isAllowed(principal: Principal, request: AccessRequest): boolean {
  try {
    authorise(principal, request);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** Refuses what the policy of a resource does not allow to another account: its principals need both policies. */
export function authoriseAcross(
  principal: Principal,
  request: AccessRequest,
  policy: PolicyDocument | undefined,
): void {
  if (!principal.policies) return;
  const account = principal.arn.split(':')[4];
  const statements = (policy?.Statement ?? []).filter(
    ({ Effect, Principal }) => Effect === 'Allow' && Principal?.AWS === `arn:aws:iam::${account}:root`,
  );
  for (const resource of request.resources) {
    if (statements.some((statement) => applies(statement, request, resource))) continue;
    const why = `because no resource-based policy allows the ${request.action} action`;
    throw denied(principal, request, resource, why);
  }
}

function denied(principal: Principal, { action }: AccessRequest, resource: string, why: string): AwsError {
  const message = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  return new AwsError('AccessDeniedException', message, 400);
}

function applies(statement: PolicyStatement, request: AccessRequest, resource: string): boolean {
  return mayConcern(statement, { ...request, resources: [resource] }) && conditionHolds(statement, request.context);
}

/** Whether a statement is about the action and the resource, whatever its conditions say. */
export function mayConcern(statement: PolicyStatement, { action, resources }: AccessRequest): boolean {
  return (
    // IAM reads action names without case and ARNs with it.
    list(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    resources.every((resource) => list(statement.Resource).some((pattern) => matches(pattern, resource)))
  );
}

/** Every key of every operator must hold; the values under one key are alternatives. */
function conditionHolds({ Condition = {} }: PolicyStatement, context: AccessRequest['context']): boolean {
  // Condition keys are compared without case, their values with it.
  const present = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => compareBy(operator)(list(wanted), present.get(key.toLowerCase()))),
  );
}

type Test = (wanted: readonly string[], value: string) => boolean;

const tests: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, value) => wanted.includes(value),
  StringEqualsIgnoreCase: (wanted, value) => wanted.some((one) => one.toLowerCase() === value.toLowerCase()),
  StringLike: (wanted, value) => wanted.some((pattern) => matches(pattern, value)),
  Bool: (wanted, value) => wanted.includes(value),
  StringNotEquals: (wanted, value) => !wanted.includes(value),
};

/** A key that is absent satisfies a negated operator, ForAllValues and Null:true, and nothing else. */
function compareBy(operator: string): Compare {
  if (operator === 'Null') {
    return (wanted, present) => wanted.includes(String(present === undefined || present.length === 0));
  }
  const [, quantifier, name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/.exec(operator) ?? [];
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (!test) throw new Error(`The policy uses the condition operator ${operator}, which this evaluator does not know.`);
  if (quantifier === 'ForAnyValue') return (wanted, present) => list(present).some((value) => test(wanted, value));
  if (quantifier === 'ForAllValues') return (wanted, present) => list(present).every((value) => test(wanted, value));
  const whenAbsent = name.startsWith('StringNot');
  return (wanted, present) => (present === undefined ? whenAbsent : list(present).every((one) => test(wanted, one)));
}

const elements = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/** A statement that is understood in part would be evaluated wrongly in silence. */
function mustBeUnderstood(statement: PolicyStatement): void {
  for (const element of Object.keys(statement)) {
    if (!elements.has(element)) throw new Error(`The policy uses ${element}, which this evaluator does not know.`);
  }
  for (const resource of list(statement.Resource)) {
    if (resource.includes('$')) throw new Error(`The policy uses a variable, which this evaluator does not expand.`);
  }
  for (const operator of Object.keys(statement.Condition ?? {})) compareBy(operator);
}

/** `*` is any text and `?` any one character, as IAM reads them. */
export function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

function list(values: Values): readonly string[] {
  if (values === undefined) return [];
  return typeof values === 'string' ? [values] : values;
}
