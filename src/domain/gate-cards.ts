import { parseCardPath } from './card-path.ts'
import { isMap, valueAt } from './card-value.ts'
import type { ModelConfig } from './config.ts'
import type { GateFailure } from './gate-failure.ts'
import { sourceOf, type Rules, type RuleSource } from './rules.ts'
import type { Side, SideModel } from './side.ts'

/** Checks what `.gitmodel.yaml` asks of the cards: that they are there, their fields, their licence. */
export function checkCardRules(head: Side, rules: Rules): GateFailure[] {
  return Object.entries(rules.config.models ?? {}).flatMap(([name, config]) => {
    const isAsked = config.card === 'required' || config.fields !== undefined || config.license !== undefined
    if (!isAsked) return []
    const model = head.models.find((candidate) => candidate.name === name)
    return checkModel(name, config, model, rules)
  })
}

function checkModel(
  name: string,
  config: ModelConfig,
  model: SideModel | undefined,
  rules: Rules,
): GateFailure[] {
  const about = { subject: name, side: 'head' } as const
  const source = (...keys: string[]): RuleSource => sourceOf(rules, ['models', name, ...keys])
  if (model === undefined) return [{ rule: 'model', ...about, found: config.path, source: source('path') }]
  if (model.card === undefined) {
    const key = ['card', 'fields', 'license'].find((candidate) => Object.hasOwn(config, candidate))!
    return [{ rule: 'card', ...about, found: model.cardState ?? 'absent', source: source(key) }]
  }
  const failures: GateFailure[] = []
  for (const field of config.fields ?? []) {
    const found = emptiness(fieldOf(model.card, field))
    if (found !== undefined)
      failures.push({ rule: 'card-field', ...about, field, found, source: source('fields') })
  }
  const allowed = config.license === undefined ? undefined : [config.license].flat()
  const license = fieldOf(model.card, 'license')
  if (allowed !== undefined && !isAllowed(license, allowed)) {
    const found = emptiness(license) ?? String(license)
    failures.push({ rule: 'license', ...about, found, allowed, source: source('license') })
  }
  return failures
}

function fieldOf(card: unknown, field: string): unknown {
  try {
    return valueAt(card, parseCardPath(field))
  } catch {
    return undefined
  }
}

// Three ways of saying nothing, which are not the same to the one who has to mend it.
function emptiness(value: unknown): string | undefined {
  if (value === undefined) return 'absent'
  if (value === null) return 'marked as unknown'
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : undefined
  const size = Array.isArray(value) ? value.length : isMap(value) ? Object.keys(value).length : 1
  return size === 0 ? 'empty' : undefined
}

// Names of licences are spelt in lower case on the Hub, as SPDX spells them elsewhere: case says nothing.
function isAllowed(license: unknown, allowed: readonly string[]): boolean {
  const names = [license].flat()
  const known = new Set(allowed.map((name) => name.toLowerCase()))
  return names.length > 0 && names.every((name) => typeof name === 'string' && known.has(name.toLowerCase()))
}
