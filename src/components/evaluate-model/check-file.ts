import { LONGEST_DESCRIPTION, readProjectFile } from '../../gitlab/project-file.ts';
import { surveyData } from '../../quality/data.ts';
import { readQualityFile } from '../../quality/quality-file.ts';
import { sourceInFolder } from '../../quality/sources.ts';

/**
 * Checks a quality file, and each row of the labelled data where the commit has it: a wrong row is told before anything is
 * trained for it. Data of S3 or of another job is looked at when it is asked. Throws a Failure of kind "invalid input".
 */
export async function checkQualityFile(file: string, root: string): Promise<void> {
  const content = readProjectFile({ root, input: 'quality_file', file, maxBytes: LONGEST_DESCRIPTION });
  const plan = await readQualityFile(file, content.toString('utf8'));
  const source = sourceInFolder(plan, file, root);
  if (source) await surveyData({ source, plan });
}
