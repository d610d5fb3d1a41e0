import { parseNumber, toStored, type StoredNumber } from '../../domain/number.ts'
import type { ModelMetric } from '../../domain/logged-model.ts'
import { Fields, invalidValue, missingField, readInteger, wrongType, type Members } from '../fields.ts'
import { checkKey, checkLength, isCheckedKey, LIMITS } from '../validate.ts'

/** One value of a metric, as a client logs it. */
export interface Metric {
  readonly key: string
  readonly value: StoredNumber
  readonly time: number
  readonly step: number
  /** The model that it measures, and on which data. */
  readonly model: Pick<ModelMetric, 'model' | 'dataset' | 'digest'> | undefined
}

/** Reads the metrics of a batch. @throws ProtocolError as MLflow words it. */
export function readMetrics(fields: Fields): Metric[] {
  return fields
    .members('metrics')
    .map((members, index) => readPlain(members) ?? readMetric(new Fields(members), `metrics[${index}].`))
}

/**
 * Reads a metric.
 *
 * @param path - what stands before the names of its members in errors: empty for a request of its own.
 * @throws ProtocolError as MLflow words it.
 */
export function readMetric(fields: Fields, path = ''): Metric {
  const key = fields.requiredText('key')
  const [value, time] = [fields.raw('value'), fields.raw('timestamp')]
  if (value === undefined) throw missingField(`${path}value`)
  if (time === undefined) throw missingField(`${path}timestamp`)
  const number =
    typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined
  if (number === undefined && path === '') throw wrongType('value', value)
  if (number === undefined) {
    const why = `(timestamp=${JSON.stringify(time)}). Please specify value as a valid double (64-bit floating point)`
    throw invalidValue(`${path}value`, value, why)
  }
  checkKey(key, `${path}name`)
  checkLength('Metric name', LIMITS.key, key)
  const timestamp = readInteger(time)
  if (timestamp === undefined || timestamp < 0) {
    const why = `metric '${key}' (value=${pythonFloat(number)}). Timestamp must be a nonnegative long (64-bit integer) `
    throw invalidValue(`${path}timestamp`, time, why)
  }
  const step = readInteger(fields.raw('step') ?? 0)
  if (step === undefined) {
    const why = `metric '${key}' (value=${pythonFloat(number)}). Step must be a valid long (64-bit integer).`
    throw invalidValue(`${path}step`, fields.raw('step'), why)
  }
  return { key, value: toStored(number), time: timestamp, step, model: readModel(fields) }
}

// What nearly all of a thousand are: numbers under a name that was checked before. Everything else goes the careful way.
function readPlain({ key, value, timestamp: time, step, model_id: model }: Members): Metric | undefined {
  if (typeof key !== 'string' || !isCheckedKey(key) || (model !== undefined && model !== '')) return undefined
  if (typeof value !== 'number' || typeof time !== 'number' || typeof step !== 'number') return undefined
  if (!Number.isFinite(value) || !Number.isInteger(time) || time < 0 || !Number.isInteger(step))
    return undefined
  return { key, value, time, step, model: undefined }
}

function readModel(fields: Fields): Metric['model'] {
  const [model, dataset, digest] = ['model_id', 'dataset_name', 'dataset_digest'].map((name) =>
    fields.text(name),
  )
  if (model === '' || model === undefined) return undefined
  return { model, ...(dataset !== '' && { dataset: dataset! }), ...(digest !== '' && { digest: digest! }) }
}

// As Python prints it: a whole number has a decimal point.
function pythonFloat(number: number): string {
  return Number.isInteger(number) ? number.toFixed(1) : String(number)
}
