import { Sha256 } from '@smithy/core/checksum';
import { describe, expect, it } from 'vitest';
import { AwsHandler } from '../../src/aws/handler.ts';
import { type Simulated, type SimulatedRequest, simulate } from '../../src/aws/simulation.ts';
import { localServer } from './local-client.ts';

const REQUEST: SimulatedRequest = {
  role: 'arn:aws:iam::111122223333:role/jobs',
  action: 'iam:PassRole',
  resource: 'arn:aws:iam::111122223333:role/execution',
  context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
};

/** What is made of an answer of IAM, and what IAM was asked. */
async function answered(status: number, body: string): Promise<{ said: Simulated; asked: URLSearchParams }> {
  let asked = '';
  const { endpoint, region, credentials } = await localServer((request, response) => {
    request.on('data', (chunk) => {
      asked += String(chunk);
    });
    request.on('end', () => response.writeHead(status).end(body));
  });
  const access = {
    url: endpoint,
    signing: {
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: credentials.secretAccessKey },
      region,
      sha256: Sha256,
    },
    handler: new AwsHandler({ wholeTimeout: 2_000 }),
  };
  return { said: await simulate(access, REQUEST), asked: new URLSearchParams(asked) };
}

const result = (decision: string, missing = '') =>
  `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>
    <EvalActionName>iam:PassRole</EvalActionName><MissingContextValues>${missing}</MissingContextValues>
    <EvalDecision>${decision}</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult>
  </SimulatePrincipalPolicyResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`;

describe("what IAM's simulator says of a request", () => {
  it.each<[given: string, status: number, body: string, said: object]>([
    ['it allows it', 200, result('allowed'), { is: 'allowed' }],
    ['no policy allows it', 200, result('implicitDeny'), { is: 'denied' }],
    ['a policy denies it', 200, result('explicitDeny'), { is: 'denied' }],
    [
      'a condition asks for what it was not told',
      200,
      result('implicitDeny', '<member>aws:ResourceTag/team</member>'),
      { is: 'not known', why: "IAM's simulator needs the condition key aws:ResourceTag/team" },
    ],
    ['it gives another decision', 200, result('perhaps'), { is: 'not known' }],
    ['the role may not ask', 403, refusal('AccessDenied'), { is: 'not permitted' }],
    [
      'it is asked too often',
      400,
      refusal('Throttling'),
      { is: 'not known', why: "IAM's simulator answered Throttling" },
    ],
    ['a proxy answers', 502, '<html>Bad gateway</html>', { is: 'not known', why: "IAM's simulator answered HTTP 502" }],
  ])('is told when %s', async (_, status, body, said) => {
    expect((await answered(status, body)).said).toEqual(expect.objectContaining(said));
  });

  it('is asked for the role, with the keys of conditions that the request would have', async () => {
    const { asked } = await answered(200, result('allowed'));
    expect(Object.fromEntries(asked)).toEqual({
      Action: 'SimulatePrincipalPolicy',
      Version: '2010-05-08',
      PolicySourceArn: REQUEST.role,
      'ActionNames.member.1': 'iam:PassRole',
      'ResourceArns.member.1': REQUEST.resource,
      'ContextEntries.member.1.ContextKeyName': 'iam:PassedToService',
      'ContextEntries.member.1.ContextKeyType': 'string',
      'ContextEntries.member.1.ContextKeyValues.member.1': 'sagemaker.amazonaws.com',
    });
  });
});
