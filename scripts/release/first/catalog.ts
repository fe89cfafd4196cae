import type { Addresses } from '../addresses.ts';
import type { Answers } from './answers.ts';
import { type Finding, ok, toDo } from './finding.ts';

/** Whether catalog.yml has the addresses of the answers: all other files have them from there. */
export function compareAddresses(stated: Addresses, answers: Answers): Finding[] {
  const lines = [
    ...(stated.project === answers.project ? [] : [`project: ${answers.project}`]),
    ...(stated.pull === answers.pull ? [] : [`images.pull: ${answers.pull}/sagemaker-components`]),
    ...(stated.publish === answers.publish ? [] : [`images.publish: ${answers.publish}/sagemaker-components`]),
  ];
  if (lines.length === 0) return [ok('catalog.yml', 'It has the project and the registries that you named.')];
  return [
    toDo(
      'catalog.yml',
      `It has other addresses than you named: ${lines.join(', ')}.`,
      'write these into catalog.yml, then npm run docs, and commit what it writes.',
    ),
  ];
}
