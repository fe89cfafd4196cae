import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Registration } from '../../emulator/scene.ts';
import deployModel from '../../src/components/deploy-model.ts';
import type { Component } from '../../src/program/component.ts';
import { record } from './deploy-model/scene.ts';
import { BY_FILE, gitlabWith, jobOf } from './gitlab-file.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';

/** A project whose commit describes the endpoint of dev in a file. */
export interface ProjectByFile {
  readonly emulator: Emulator;
  readonly root: string;
  /** Approves a new version, and deploys it by this endpoint file. */
  deploy(text?: string, more?: Registration['more']): Promise<FinishedJob>;
  /** Runs a job of the project, whose commit has this endpoint file. */
  run(component: Component, text?: string, inputs?: Readonly<Record<string, string>>): Promise<FinishedJob>;
}

/** A project with this endpoint file, where a test says no other, and a payload. */
export async function projectByFile(usual: string): Promise<ProjectByFile> {
  const emulator = await emulated();
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const run: ProjectByFile['run'] = async (component, text = usual, inputs = {}) => {
    writeFileSync(join(root, 'endpoint.yml'), text);
    const payload = readFileSync(join(root, 'payload.json'), 'utf8');
    const gitlab = await gitlabWith(emulator, { 'endpoint.yml': text, 'payload.json': payload });
    const options: JobOptions = { emulator, root, ...jobOf(gitlab), inputs };
    return startJob(component, options);
  };
  return {
    emulator,
    root,
    run,
    deploy(text, more = {}) {
      record(emulator, emulator.register({ status: 'Approved', more }), { root });
      return run(deployModel, text, { ...BY_FILE, name_prefix: '' });
    },
  };
}
