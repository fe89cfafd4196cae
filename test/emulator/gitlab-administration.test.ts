import { expect, it, onTestFinished } from 'vitest';
import { startGitLab } from '../../emulator/gitlab.ts';

const PROJECT = '/projects/wog%2Fmlops%2Fresale-price';

/** A GitLab with one maintainer, and how they ask it: by a form, as curl sends it, or in JSON. */
async function asking() {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  gitlab.administration.people.give('mine', { scopes: ['api'], level: 40 });
  const ask = async (request: string, form?: object, token = 'mine') => {
    const [method = 'GET', path = ''] = request.split(' ');
    const isForm = form instanceof URLSearchParams || form === undefined;
    const response = await fetch(`${gitlab.url}/api/v4${path}`, {
      method,
      headers: { 'private-token': token, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      ...(form !== undefined && { body: isForm ? form : JSON.stringify(form) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { ask, administration: gitlab.administration };
}

it.each([
  [`POST ${PROJECT}/variables`, { key: 'A' }, 400, { error: 'value is missing' }],
  [
    `POST ${PROJECT}/variables`,
    { key: 'A-B', value: 'x' },
    400,
    { message: { key: [expect.stringContaining('letters')] } },
  ],
  [
    `POST ${PROJECT}/variables`,
    { key: 'A', value: 'x', environment_scope: '/uat' },
    400,
    { message: { environment_scope: [expect.stringContaining('cannot start or end')] } },
  ],
  [`POST ${PROJECT}/environments`, { name: 'uat', tier: 'prod' }, 400, { error: 'tier does not have a valid value' }],
  [`PUT ${PROJECT}/environments/99`, { tier: 'staging' }, 404, { message: '404 Not found' }],
  [`POST ${PROJECT}/protected_branches`, { name: 'main' }, 409, { message: "Protected branch 'main' already exists" }],
  [
    `POST ${PROJECT}/protected_branches`,
    { name: 'uat', push_access_level: 35 },
    400,
    { error: 'push_access_level does not have a valid value' },
  ],
  [`POST ${PROJECT}/repository/branches`, { branch: 'main', ref: 'main' }, 400, { message: 'Branch already exists' }],
  [
    `POST ${PROJECT}/repository/branches`,
    { branch: 'uat', ref: 'nope' },
    400,
    { message: 'Invalid reference name: nope' },
  ],
  [
    `POST ${PROJECT}/protected_environments`,
    { name: 'uat/approval', deploy_access_levels: [{ group_id: 42 }] },
    422,
    { message: ['Deploy access levels is too short (minimum is 1 character)'] },
  ],
  [`POST ${PROJECT}/share`, { group_id: 42, group_access: 20 }, 404, { message: '404 Group Not Found' }],
  [
    `PUT ${PROJECT}`,
    { ci_pipeline_variables_minimum_override_role: 'nobody' },
    400,
    { error: 'ci_pipeline_variables_minimum_override_role does not have a valid value' },
  ],
  [
    `PUT ${PROJECT}/resource_groups/x`,
    { process_mode: 'fifo' },
    400,
    { error: 'process_mode does not have a valid value' },
  ],
  ['GET /projects/wog%2Felse', undefined, 404, { message: '404 Project Not Found' }],
  [`GET ${PROJECT}/hooks`, undefined, 404, { error: '404 Not Found' }],
] as const)('%s with %o is answered with %i', async (request, params, status, body) => {
  const { ask } = await asking();
  expect(await ask(request, params)).toMatchObject({ status, body });
});

it('two variables of a key are told apart by their scope, which a form says as well', async () => {
  const { ask } = await asking();
  const form = new URLSearchParams({ key: 'A', value: 'x', environment_scope: 'uat*', protected: 'true' });
  expect(await ask(`POST ${PROJECT}/variables`, form)).toMatchObject({ status: 201, body: { protected: true } });
  expect(await ask(`POST ${PROJECT}/variables`, form)).toMatchObject({
    status: 400,
    body: { message: { key: ['(A) has already been taken'] } },
  });
  await ask(`POST ${PROJECT}/variables`, { key: 'A', value: 'y' });
  expect(await ask(`PUT ${PROJECT}/variables/A`, { value: 'z' })).toMatchObject({ status: 409 });
  const one = `${PROJECT}/variables/A?filter%5Benvironment_scope%5D=uat*`;
  expect(await ask(`PUT ${one}`, { value: 'z' })).toMatchObject({ status: 200, body: { value: 'z' } });
  expect(await ask(`DELETE ${one}`)).toMatchObject({ status: 204 });
});

it('lists come in pages, and the headers lead from one to the next', async () => {
  const { ask, administration } = await asking();
  for (let at = 0; at < 45; at += 1) administration.variables.set(`A${at}`, 'x');
  const first = await ask(`GET ${PROJECT}/variables`);
  expect([first.body.length, first.headers.get('x-next-page'), first.headers.get('x-total')]).toEqual([20, '2', '45']);
  expect(first.headers.get('link')).toContain('rel="next"');
  const last = await ask(`GET ${PROJECT}/variables?page=3`);
  expect([last.body.length, last.headers.get('x-next-page')]).toEqual([5, '']);
});

it('a developer reads branches, and neither reads variables nor changes anything of a maintainer', async () => {
  const { ask, administration } = await asking();
  administration.people.give('bobs', { scopes: ['api'], level: 30 });
  expect(await ask(`GET ${PROJECT}/repository/branches/main`, undefined, 'bobs')).toMatchObject({ status: 200 });
  for (const request of [`GET ${PROJECT}/variables`, `PUT ${PROJECT}`])
    expect(await ask(request, request.startsWith('PUT') ? {} : undefined, 'bobs')).toMatchObject({
      status: 403,
      body: { message: '403 Forbidden' },
    });
});
