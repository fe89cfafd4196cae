import approveModel, { rejectModel } from '../src/components/approve-model.ts';
import checkModel from '../src/components/check-model.ts';
import compareModels from '../src/components/compare-models.ts';
import deleteEndpoint from '../src/components/delete-endpoint.ts';
import deployModel from '../src/components/deploy-model.ts';
import deployPipeline from '../src/components/deploy-pipeline.ts';
import evaluateModel from '../src/components/evaluate-model.ts';
import loadTest, { loadTestWorkers, scheduleLoad, sendLoad } from '../src/components/load-test.ts';
import planDeployment from '../src/components/plan-deployment.ts';
import rollbackEndpoint from '../src/components/rollback-endpoint.ts';
import validateEndpoint from '../src/components/validate-endpoint.ts';
import { checkSetup, checkSetupApproval } from '../src/compositions/check-setup.ts';

/** Every program of the catalog, in the order of promotion; first what comes before a merge. */
export const programs = [
  checkSetup,
  checkSetupApproval,
  planDeployment,
  deployPipeline,
  checkModel,
  approveModel,
  rejectModel,
  deployModel,
  validateEndpoint,
  evaluateModel,
  loadTest,
  loadTestWorkers,
  compareModels,
  rollbackEndpoint,
  deleteEndpoint,
];

/** With those of jobs that a component has before its own, where roles are made for them, too. */
export const programsOfRoles = [...programs, scheduleLoad, sendLoad];
