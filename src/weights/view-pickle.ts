import type { ByteSource } from './byte-source.ts'
import type { PickleContent } from './pickle/pickle-content.ts'
import { readBare } from './pickle/read-bare.ts'
import { readPytorchLegacy } from './pickle/read-pytorch-legacy.ts'
import { readPytorch } from './pickle/read-pytorch.ts'
import type { WeightFormat } from './weight-format.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { WeightsView } from './weights-view.ts'
import { refuseDamage } from './zip/refuse-damage.ts'

/** Views a PyTorch archive (`torch.save`). @throws ModelError `weights-invalid`. */
export function viewPytorch(source: ByteSource, name: string): WeightsView {
  return refuseDamage(name, () => toView('pytorch', source, name, readPytorch(source)))
}

/** Views what `torch.save` wrote before PyTorch 1.6. @throws ModelError `weights-invalid`. */
export function viewPytorchLegacy(source: ByteSource, name: string): WeightsView {
  return toView('pytorch-legacy', source, name, readPytorchLegacy(source))
}

/** Views a pickle: the arrays of NumPy in it, and where joblib wrote it, their content. */
export function viewPickle(source: ByteSource, name: string): WeightsView {
  return toView('pickle', source, name, readBare(source))
}

// What makes a pickle doubtful is said by checkWeights; only what hides tensors is said here.
function toView(
  format: WeightFormat,
  source: ByteSource,
  name: string,
  { isListed, tensors, doubt, damage }: PickleContent,
): WeightsView {
  if (damage !== undefined) throw weightsInvalid(name, 'PyTorch file', damage)
  const warnings = isListed || doubt === undefined ? [] : [`its tensors cannot be listed: ${doubt}`]
  return { format, size: source.size, isListed, tensors, metadata: {}, files: [], warnings }
}
