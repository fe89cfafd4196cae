import { describe, expect, test } from 'vitest';
import { authorise } from '../../emulator/iam.ts';
import type { AccessRequest, PolicyStatement } from '../../emulator/world.ts';

const group = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resalepricemodelgroup';
const arn = 'arn:aws:sts::111122223333:assumed-role/approve-uat/gl-42-1001-5001';
const update = { action: 'sagemaker:UpdateModelPackage', resources: [`${group}/3`], context: {} };

function ask(statements: readonly PolicyStatement[], request: Partial<AccessRequest> = {}): string {
  try {
    authorise({ arn, userId: 'AROA:gl', policies: [{ Statement: statements }] }, { ...update, ...request });
    return 'allowed';
  } catch (error) {
    return error instanceof Error ? `${error.name === 'Error' ? '' : error.name}${error.message}` : 'not an error';
  }
}

function allow(more: Partial<PolicyStatement> = {}): PolicyStatement {
  return { Effect: 'Allow', Action: 'sagemaker:UpdateModelPackage', Resource: `${group}/*`, ...more };
}

function when(Condition: NonNullable<PolicyStatement['Condition']>, context: AccessRequest['context']): boolean {
  return ask([allow({ Condition })], { context }) === 'allowed';
}

describe('What a role may do', () => {
  test('an administrator may do everything', () => {
    expect(() => authorise({ arn: 'arn:aws:iam::111122223333:user/administrator', userId: 'A' }, update)).not.toThrow();
  });

  test('what no policy allows is refused in the words of AWS', () => {
    expect(ask([])).toBe(
      `User: ${arn} is not authorized to perform: sagemaker:UpdateModelPackage on resource: ${group}/3 ` +
        'because no identity-based policy allows the sagemaker:UpdateModelPackage action',
    );
  });

  test('a denial outweighs any permission and says so', () => {
    expect(ask([allow(), allow({ Effect: 'Deny', Resource: '*' })])).toContain(
      'with an explicit deny in an identity-based policy',
    );
  });

  test.each<[string, Partial<PolicyStatement>, boolean]>([
    ['the action itself', {}, true],
    ['an action in another case', { Action: 'SageMaker:updatemodelpackage' }, true],
    ['a wildcard in the action', { Action: ['sagemaker:Describe*', 'sagemaker:Update*'] }, true],
    ['another action', { Action: 'sagemaker:UpdateModelPackageX' }, false],
    ['one character by a question mark', { Resource: `${group}/?` }, true],
    ['a question mark for two', { Resource: `${group}/??` }, false],
    ['another group with the same beginning', { Resource: `${group}s/*` }, false],
    ['the group in another case', { Resource: `${group.replace('resale', 'Resale')}/*` }, false],
    ['a dot, which is no wildcard', { Resource: group.replaceAll(':', '.') }, false],
  ])('%s', (_, more, expected) => {
    expect(ask([allow(more)]) === 'allowed').toBe(expected);
  });

  test('every resource of a request has to be allowed, and the one that is not is named', () => {
    expect(ask([allow()], { resources: [`${group}/3`, `${group}/4`] })).toBe('allowed');
    expect(ask([allow()], { resources: [`${group}/3`, 'arn:of:another'] })).toContain('on resource: arn:of:another');
    expect(ask([allow({ Resource: '*' })], { resources: [] })).toBe('allowed');
  });
});

describe('What a condition asks of a request', () => {
  const key = 'sagemaker:ModelApprovalStatus';

  test.each<[string, Record<string, string[]>, AccessRequest['context'], boolean]>([
    ['StringEquals', { [key]: ['Approved', 'Rejected'] }, { [key]: 'Rejected' }, true],
    ['StringEquals', { [key]: ['Approved'] }, { [key]: 'approved' }, false],
    ['StringEquals', { [key]: ['Approved'] }, {}, false],
    ['StringEquals', { [key]: ['Approv*'] }, { [key]: 'Approved' }, false],
    ['StringEqualsIgnoreCase', { [key]: ['APPROVED'] }, { [key]: 'approved' }, true],
    ['StringLike', { [key]: ['Approv*'] }, { [key]: 'Approved' }, true],
    ['StringLike', { [key]: ['*'] }, {}, false],
    ['StringNotEquals', { [key]: ['Approved'] }, { [key]: 'Rejected' }, true],
    ['StringNotEquals', { [key]: ['Approved'] }, { [key]: 'Approved' }, false],
    ['StringNotEquals', { [key]: ['Approved'] }, {}, true],
    ['Null', { [key]: ['true'] }, {}, true],
    ['Null', { [key]: ['true'] }, { [key]: [] }, true],
    ['Null', { [key]: ['true'] }, { [key]: 'Approved' }, false],
    ['Null', { [key]: ['false'] }, { [key]: 'Approved' }, true],
    ['Null', { [key]: ['false'] }, {}, false],
    ['ForAllValues:StringEquals', { [key]: ['a', 'b'] }, { [key]: ['a', 'b'] }, true],
    ['ForAllValues:StringEquals', { [key]: ['a'] }, { [key]: ['a', 'b'] }, false],
    ['ForAllValues:StringEquals', { [key]: ['a'] }, {}, true],
    ['ForAnyValue:StringLike', { [key]: ['b*'] }, { [key]: ['a', 'bc'] }, true],
    ['ForAnyValue:StringEquals', { [key]: ['a'] }, {}, false],
  ])('%s %j of %j', (operator, keys, context, expected) => {
    expect(when({ [operator]: keys }, context)).toBe(expected);
  });

  test('the name of a key is read without case', () => {
    expect(
      when(
        { Null: { 'sagemaker:CustomerMetadataProperties/approved.uat': 'true' } },
        {
          'sagemaker:CustomerMetadataProperties/APPROVED.UAT': 'x',
        },
      ),
    ).toBe(false);
  });

  test('all operators and all keys have to hold together', () => {
    const both = { StringEquals: { a: '1' }, Null: { b: 'true', c: 'false' } };
    expect(when(both, { a: '1', c: 'x' })).toBe(true);
    expect(when(both, { a: '1', b: 'x', c: 'x' })).toBe(false);
    expect(when(both, { a: '2', c: 'x' })).toBe(false);
  });

  test.each([
    ['an operator', allow({ Condition: { NumericLessThan: { a: '1' } } }), 'NumericLessThan'],
    ['an operator on another action', allow({ Action: 's3:*', Condition: { IpAddress: { a: '::1' } } }), 'IpAddress'],
    ['a quantified operator', allow({ Condition: { 'ForAnyValue:DateEquals': { a: '1' } } }), 'ForAnyValue:DateEquals'],
    ['a name that every object has', allow({ Condition: { constructor: { a: '1' } } }), 'constructor'],
    ['an element', { ...allow(), NotAction: 'iam:*' }, 'NotAction'],
    ['a policy variable', allow({ Resource: 'arn:aws:s3:::bucket/$' + '{aws:username}' }), 'a variable'],
  ])('%s it does not know is an error, never a guess', (_, statement, named) => {
    expect(ask([statement])).toMatch(new RegExp(`^The policy uses .*${named}`));
  });
});
