import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMetricFile } from '../../src/metric-files/read-metric-file.ts'
import { findJsonError } from '../../src/metric-files/tolerant-json.ts'

const NOW = 1_795_000_000_000
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'git-model-metrics-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(
  name: string,
  content: string | Buffer,
): Promise<Awaited<ReturnType<typeof readMetricFile>>> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
  return readMetricFile(file, NOW)
}

/** The points of a metric as `step:value` texts. */
async function points(name: string, content: string): Promise<Record<string, string>> {
  const { metrics } = await read(name, content)
  return Object.fromEntries(
    Object.entries(metrics).map(([metric, list]) => [
      metric,
      list.map(({ step, value }) => `${step}:${value}`).join(' '),
    ]),
  )
}

describe('readMetricFile', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'final.json',
      '{"acc": 0.9, "val": {"loss": 1e-3}, "name": "x"}',
      { acc: '0:0.9', 'val/loss': '0:0.001' },
    ],
    ['dvclive.json', '{"step": 7, "train": {"acc": 0.9}}', { 'train/acc': '7:0.9' }],
    [
      'keras.json',
      '{"loss": [3, 2, 1], "val_loss": [4, 3, NaN]}',
      { loss: '0:3 1:2 2:1', val_loss: '0:4 1:3 2:NaN' },
    ],
    ['steps.json', '{"step": [10, 20], "loss": [2, 1]}', { loss: '10:2 20:1' }],
    [
      'python.json',
      '{"a": NaN, "b": -Infinity, "c": Infinity, "NaN": 1}',
      { a: '0:NaN', b: '0:-Infinity', c: '0:Infinity', NaN: '0:1' },
    ],
    [
      'trainer_state.json',
      '{"best": null, "log_history": [{"step": 5, "loss": 1, "epoch": 0.5}, {"step": 9, "loss": 0.5}]}',
      { loss: '5:1 9:0.5', epoch: '5:0.5' },
    ],
    ['rows.json', '[{"loss": 2}, {"loss": 1}]', { loss: '0:2 1:1' }],
    ['detectron.json', '{"iteration": 19, "loss": 2}\n{"iteration": 39, "loss": 1}\n', { loss: '19:2 39:1' }],
    ['envelope.json', '{"params": {"lr": 0.1}, "metrics": {"acc": 1}, "step": 3}', { acc: '3:1' }],
    [
      'm.yaml',
      'train:\n  acc: 0.9\n  loss: .nan\nwhen: 2026-01-01\n',
      { 'train/acc': '0:0.9', 'train/loss': '0:NaN' },
    ],
    ['m.csv', 'epoch,loss,name\n1,0.5,a\n2,nan,b\n', { loss: '1:0.5 2:NaN' }],
    ['bom.csv', '\uFEFFstep;loss\r\n1;0.5\r\n2;0.4', { loss: '1:0.5 2:0.4' }],
    [
      'quoted.csv',
      '"step","val, loss","a ""b"""\n1,"0.5",2\n"2",0.4,"3"\n',
      { 'val, loss': '1:0.5 2:0.4', 'a "b"': '1:2 2:3' },
    ],
    ['nosteps.csv', 'loss,acc\n3,\n2,0.5\n', { loss: '0:3 1:2', acc: '1:0.5' }],
    [
      'lightning.csv',
      'epoch,step,train_loss,val_loss\n0,9,1.5,\n0,9,,1.4\n1,,1.3,\n',
      { train_loss: '9:1.5 9:1.3', val_loss: '9:1.4', epoch: '9:0 9:0 9:1' },
    ],
    [
      'dvclive/plots/metrics/train/loss.tsv',
      'step\tloss\n0\t1.5\n1\t1.25\n',
      { 'train/loss': '0:1.5 1:1.25' },
    ],
    [
      'torn.jsonl',
      '{"step": 1, "loss": 2}\n\n{"step": 2, "loss": 1, "eval": {"acc": 0.5}}\n{"step": 3, "lo',
      { loss: '1:2 2:1', 'eval/acc': '2:0.5' },
    ],
    ['nosteps.ndjson', '{"loss": 2}\n{"loss": NaN}\n', { loss: '0:2 1:NaN' }],
    ['wandb.jsonl', '{"_step": 4, "_timestamp": 1795000000.5, "loss": 2}\n', { loss: '4:2' }],
    ['log', 'step,loss\n1,2\n', { loss: '1:2' }],
    ['results', '{"loss": 1}', { loss: '0:1' }],
    ['results.txt', 'loss: 1\nacc: 0.5\n', { loss: '0:1', acc: '0:0.5' }],
    ['empty.csv', '', {}],
    ['empty.yaml', '', {}],
    [
      'pollution.json',
      '{"__proto__": {"polluted": 1}, "constructor": 2}',
      { '__proto__/polluted': '0:1', constructor: '0:2' },
    ],
  ])('reads %s', async (name, content, expected) => {
    expect(await points(name, content)).toEqual(expected)
    expect({}).not.toHaveProperty('polluted')
  })

  it('takes times in seconds, milliseconds and ISO 8601, and never makes one up', async () => {
    const { metrics } = await read(
      't.csv',
      'step,timestamp,loss\n1,1795000000.25,1\n2,1795000000250,1\n3,2026-11-18T11:06:40Z,1\n4,,1\n',
    )
    expect(metrics['loss']!.map(({ time }) => time)).toEqual(
      [1795000000250, 1795000000250, 1794999999999 + 1, NOW].map((time, index) =>
        index === 2 ? Date.parse('2026-11-18T11:06:40Z') : time,
      ),
    )
  })

  it('takes a time that counts from the start for a metric', async () => {
    expect(await points('elapsed.csv', 'step,time,loss\n1,3.5,1\n')).toEqual({ time: '1:3.5', loss: '1:1' })
  })

  it('reads params, and names what it ignores', async () => {
    const file = await read(
      'p.json',
      '{"params": {"lr": 0.1, "opt": {"name": "adam"}, "dims": [1, 2]}, "metrics": {"acc": 1, "kind": "x", "bad\\nname": 1, "flag": true}}',
    )
    expect(file.params).toEqual({ lr: 0.1, 'opt/name': 'adam', dims: '[1,2]' })
    expect(file.ignored).toEqual(['kind', 'bad\nname', 'flag'])
  })

  it.each([
    ['bad.json', '{\n  "a": 1,\n  "b": oops\n}', 'line 3, column 8'],
    ['cut.json', '{"a": [1, 2', 'line 1, column 12'],
    ['empty.json', '', 'line 1, column 1'],
    ['bad.yaml', 'a: 1\nb: [1\nc: 2\n', 'line 3, column 1'],
    ['bad.jsonl', '{"a": 1}\n{"a": 1,}\n{"a": 2}\n', 'line 2, column 9'],
    ['list.jsonl', '[1]\n[2]\n', 'line 1, column 1'],
    ['header.csv', '1,2\n3,4\n', 'line 1, column 1'],
    ['wide.csv', 'a,b\n1,2\n1,2,3\n', 'line 3, column 1'],
    ['quote.csv', 'a,b\n1,"2\n3,4\n', 'line 2, column 3'],
  ])('says where %s is broken', async (name, content, place) => {
    await expect(read(name, content)).rejects.toMatchObject({
      code: 'metric-file-invalid',
      message: expect.stringContaining(place),
      hints: [expect.any(String)],
    })
  })

  it('says that there is no such file, or that it is a folder', async () => {
    await expect(readMetricFile(path.join(folder, 'none.json'), NOW)).rejects.toMatchObject({
      code: 'metric-file-invalid',
    })
    await expect(readMetricFile(folder, NOW)).rejects.toMatchObject({ code: 'metric-file-invalid' })
  })

  it('reads back what Python writes', async () => {
    const value = fc.oneof(fc.double(), fc.integer())
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 5 }), async (values) => {
        const bare = values.map((item) => (Object.is(item, -0) ? '-0.0' : String(item)))
        const csv = await points(
          'q.csv',
          `step,x\n${bare.map((text, index) => `${index},${text}`).join('\n')}\n`,
        )
        const jsonl = await points(
          'q.jsonl',
          `${bare.map((text, index) => `{"step": ${index}, "x": ${text}}`).join('\n')}\n`,
        )
        const json = await points('q.json', `{"x": [${bare.join(', ')}]}`)
        expect(csv).toEqual(json)
        expect(jsonl).toEqual(json)
      }),
      { numRuns: 50 },
    )
  })

  it('never fails but with its own error', async () => {
    const piece = fc.oneof(
      fc.constantFrom('{', '}', '[', ']', '"', ',', '\n', 'step', ':', '1', '\t', 'NaN', '&a', '*a', '- '),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    const content = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.constantFrom('f.json', 'f.jsonl', 'f.yaml', 'f.csv', 'f'),
        async (text, name) => {
          await read(name, text).catch((error: unknown) =>
            expect(error).toMatchObject({ code: 'metric-file-invalid' }),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  it('reads a large file in little memory', async () => {
    const file = path.join(folder, 'large.csv')
    const stream = createWriteStream(file)
    stream.write('step,loss,text\n')
    const line = 'x'.repeat(200)
    for (let block = 0; block < 100; block++) {
      const rows = Array.from(
        { length: 5000 },
        (_, index) => `${block * 5000 + index},${index % 10 === 0 ? 0.5 : ''},${line}`,
      )
      if (!stream.write(`${rows.join('\n')}\n`)) await once(stream, 'drain')
    }
    stream.end()
    await once(stream, 'finish')
    const before = process.memoryUsage().rss
    const { metrics, ignored } = await readMetricFile(file, NOW)
    expect(metrics['loss']).toHaveLength(50_000)
    expect(ignored).toEqual(['text'])
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6)
  })
})

describe('findJsonError', () => {
  it('finds nothing in JSON but its end', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(3), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent)
        expect(findJsonError(pretty)).toBe(pretty.length)
      }),
    )
  })
})
