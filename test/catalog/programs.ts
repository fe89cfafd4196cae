import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import compareModels from '../../src/components/compare-models.ts';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import evaluateModel from '../../src/components/evaluate-model.ts';
import loadTest from '../../src/components/load-test.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';

/** Every program of the catalog, in the order of promotion; first what comes before a merge. */
export const programs = [
  planDeployment,
  deployPipeline,
  checkModel,
  approveModel,
  rejectModel,
  deployModel,
  validateEndpoint,
  evaluateModel,
  loadTest,
  compareModels,
  rollbackEndpoint,
  deleteEndpoint,
];

export type ProgramName = (typeof programs)[number]['name'];

/** A program, whatever its inputs and outputs are; none where no program runs in a template's job. */
export function findProgram(name: string): Component | undefined {
  return programs.find((program) => program.name === name);
}

export function programNamed(name: ProgramName): Component {
  const program = findProgram(name);
  if (!program) throw new Error(`test/catalog/programs.ts does not list ${name}.`);
  return program;
}
