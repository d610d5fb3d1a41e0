import type { ByteSource } from '../byte-source.ts'
import { textOf, walkMessage, wireBudget, type WireField } from '../protobuf/walk-message.ts'
import { noPickle, type PartCheck } from './weights-check.ts'

// Operations that read or write files, or run Python (tensorflow/core/ops). SaveV2 and RestoreV2 are not among them:
// every SavedModel restores its own variables with them.
const SUSPECT = new Set([
  'ReadFile',
  'WriteFile',
  'MatchingFiles',
  'Save',
  'SaveSlices',
  'Restore',
  'RestoreSlice',
  'FixedLengthRecordDataset',
  'FixedLengthRecordReader',
  'FixedLengthRecordReaderV2',
  'TextLineDataset',
  'TextLineReader',
  'TextLineReaderV2',
  'TFRecordDataset',
  'TFRecordReader',
  'TFRecordReaderV2',
  'WholeFileReader',
  'WholeFileReaderV2',
  'CSVDataset',
  'SqlDataset',
  'DebugIdentity',
  'DebugIdentityV2',
  'PrintV2',
  'PyFunc',
  'PyFuncStateless',
  'EagerPyFunc',
])

/**
 * Names the operations of a TensorFlow SavedModel that reach files or Python when it is called. SavedModel: meta_graphs
 * 2; MetaGraphDef: graph_def 2; GraphDef: node 1, library 2; FunctionDef: node_def 3; NodeDef: op 2
 * (tensorflow/core/protobuf).
 *
 * @throws WireDamage.
 */
export function checkSavedModel(source: ByteSource): PartCheck {
  const found = new Set<string>()
  const budget = wireBudget()
  const inner = (field: WireField, number: number): WireField[] =>
    [...walkMessage({ source, start: field.start, end: field.end }, budget)].filter(
      (part) => part.number === number,
    )
  const judge = (node: WireField): void => {
    for (const operation of inner(node, 2)) {
      const name = textOf(source, operation)
      if (SUSPECT.has(name)) found.add(name)
    }
  }
  const root: WireField = { number: 0, value: 0n, start: 0, end: source.size }
  for (const graph of inner(root, 2).flatMap((each) => inner(each, 2))) {
    for (const node of inner(graph, 1)) judge(node)
    for (const library of inner(graph, 2))
      for (const definition of inner(library, 1)) for (const node of inner(definition, 3)) judge(node)
  }
  return noPickle([...found].sort().map((name) => `the operation ${name}`))
}
