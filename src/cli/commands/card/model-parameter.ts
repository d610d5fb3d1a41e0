/** The model that a command is about. */
export const modelParameter = {
  parse: String,
  brief: 'Model: a name of .gitmodel.yaml or a path, with @REVISION for an earlier one',
  placeholder: 'MODEL',
} as const
