/** How the values of an attribute compare: `word` ignores case, `oid` may be abbreviated, `time` is in ms since 1970. */
export type AttributeType = 'text' | 'word' | 'oid' | 'number' | 'time'

/** An attribute of a run that filters and sort keys know. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly aliases?: readonly string[]
  /** Whether MLflow has it too. */
  readonly mlflow?: true
  /** All values that there are. */
  readonly values?: readonly string[]
}

/** Every attribute. MLflow's own names come first (`RunInfo` in its REST API). */
export const ATTRIBUTES: readonly Attribute[] = [
  { name: 'run_id', type: 'oid', mlflow: true, aliases: ['id', 'run'] },
  { name: 'run_name', type: 'text', mlflow: true, aliases: ['run name', 'Run name', 'Run Name', 'name'] },
  {
    name: 'status',
    type: 'word',
    mlflow: true,
    values: ['running', 'finished', 'failed', 'killed', 'scheduled'],
  },
  { name: 'start_time', type: 'time', mlflow: true, aliases: ['created', 'Created', 'started'] },
  { name: 'end_time', type: 'time', mlflow: true, aliases: ['ended', 'finished'] },
  { name: 'user_id', type: 'text', mlflow: true, aliases: ['author'] },
  { name: 'artifact_uri', type: 'text', mlflow: true },
  { name: 'experiment', type: 'text' },
  { name: 'kind', type: 'word', values: ['training', 'evaluation', 'monitoring', 'other'] },
  { name: 'branch', type: 'text', aliases: ['code.branch'] },
  { name: 'code.commit', type: 'oid', aliases: ['commit'] },
  { name: 'code.tree', type: 'oid', aliases: ['tree'] },
  { name: 'dirty', type: 'word', aliases: ['code.dirty'], values: ['true', 'false'] },
  { name: 'parent', type: 'oid' },
  { name: 'notes', type: 'text' },
  { name: 'command', type: 'text' },
  { name: 'duration', type: 'number' },
  { name: 'exit', type: 'number', aliases: ['exit.code'] },
]

const BY_NAME = new Map(
  ATTRIBUTES.flatMap((each) => [each.name, ...(each.aliases ?? [])].map((name) => [name, each])),
)
const MLFLOW_ALIASES = new Set(['created', 'Created', 'run name', 'Run name', 'Run Name'])

/** Finds an attribute by its name or an alias; with `strict` only what MLflow knows. */
export function findAttribute(name: string, strict: boolean): Attribute | undefined {
  const found = BY_NAME.get(name)
  if (!strict || found === undefined) return found
  return found.mlflow === true && (found.name === name || MLFLOW_ALIASES.has(name)) ? found : undefined
}

/** Returns the attribute of a canonical name. */
export function attributeOf(name: string): Attribute {
  return BY_NAME.get(name) ?? { name, type: 'text' }
}
