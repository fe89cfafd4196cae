/** What is wrong with the variables for a model's container, within SageMaker's limits. */
export function environmentProblems(pairs: ReadonlyMap<string, string>): string[] {
  const [names, values] = [[...pairs.keys()], [...pairs.values()]];
  return [
    ...(names.every((name) => /^[a-zA-Z_]\w{0,1023}$/.test(name))
      ? []
      : ['must have names of letters, digits and underscores that do not start with a digit']),
    ...(pairs.size <= 100 && values.every((value) => value.length <= 1024)
      ? []
      : ['must have at most 100 variables, with values of at most 1024 characters']),
  ];
}

/** A variable of GitLab in a file: nothing replaces it there, as it is replaced in the inputs. */
export function unreplacedProblems(pairs: ReadonlyMap<string, string>): string[] {
  const found = [...pairs.values()].flatMap((value) => value.match(/\$\{?(CI|GITLAB)_\w+\}?/)?.[0] ?? []);
  return found.map((name) => `must not contain "${name}": no variable is replaced in the endpoint file`);
}
