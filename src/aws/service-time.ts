import { type Access, bytesOf, send } from './signed-request.ts';

/** An answer of GetCallerIdentity is short. */
const MOST_BYTES = 100_000;

/**
 * The time that STS tells, to the second (AWS: GetCallerIdentity, which needs no permission; the header Date). `undefined` where the
 * answer is none of STS, or tells none.
 */
export async function timeOfSts(access: Access): Promise<Date | undefined> {
  const { statusCode, headers, body } = await send(access, {
    service: 'sts',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  await bytesOf(body, MOST_BYTES);
  const date = new Date(Object.entries(headers).find(([name]) => name.toLowerCase() === 'date')?.[1] ?? '');
  return statusCode === 200 && !Number.isNaN(date.getTime()) ? date : undefined;
}
