/** What our answer is to be, made from MLflow's own, where `docs/mlflow.md` says that the two differ. */
export const DIFFERENCES: Readonly<Record<string, (theirs: any) => unknown>> = {
  // A run that goes on has no end until it ends again.
  nested_and_resumed: ([isChild, children, live, ended]) => [
    isChild,
    children,
    { ...live, ended: false },
    ended,
  ],
  // MLflow reads over an AND too many, and over one too few.
  search_runs: ([found, ordered, codes, ...rest]) => {
    const refused = ['AND metrics.m = 1', 'metrics.m = 1 AND', "params.p = 'a' params.number = '9'"]
    const ours = refused.map((text) => [text, 'INVALID_PARAMETER_VALUE'])
    return [found, ordered, { ...codes, ...Object.fromEntries(ours) }, ...rest]
  },
  // A data set without a digest stands for all its digests; MLflow takes it for those without one.
  search_logged_models: ([answers, ...rest]) => [{ ...answers, data: ['model2', 'model1'] }, ...rest],
  // MLflow answers a body that is no JSON with 500, and its clients ask again for minutes.
  bad_requests: (answers) => [...answers.slice(0, -1), ['{', 400, 'BAD_REQUEST']],
}
