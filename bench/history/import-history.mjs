// Writes a history of runs into a repository with one `git fast-import`: as many as are asked for, the same each time.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { makeRecord, runNote, seriesNote } from './make-record.mjs'

const WHO = 'Ada <ada@example.org>'
const FIRST_SECOND = 1_790_000_000
const RUNS_PER_COMMIT = 20
const KEEP_AT_ONCE = 200

/**
 * Imports runs as git-model would have recorded them: code commits on `main`, a commit, a note and a step history for
 * each run, outputs for every fourth, and the keep chain.
 *
 * @param repo - the folder of a repository; what it has already stays when `from` goes on where the last import ended.
 * @param from - the number of the first run; 0 in an empty repository.
 * @param to - the number after the last run.
 * @returns the oids of the code commits that were written.
 */
export async function importHistory(repo, { from = 0, to, env = process.env }) {
  const child = spawn('git', ['fast-import', '--quiet', '--force', '--date-format=raw'], {
    cwd: repo,
    env,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const ended = once(child, 'close')
  const stream = new Stream(child.stdin)
  const head = from === 0 ? undefined : revision(repo, env, 'refs/heads/main')
  const code = new CodeHistory(stream, head)
  const notes = { runs: [], series: [] }
  const kept = []
  for (let number = from; number < to; number++) {
    const record = makeRecord(number, code.at(number))
    const run = writeRun(stream, record)
    record.run = run.oid
    const outputs = record.outputs === undefined ? undefined : writeOutputs(stream, run, record)
    if (outputs !== undefined) record.outputs.commit = outputs.oid
    notes.runs.push([run.oid, stream.blob(runNote(record))])
    notes.series.push([run.oid, stream.blob(seriesNote(record, number))])
    kept.push((outputs ?? run).mark)
    await stream.drain()
  }
  for (const [kind, entries] of Object.entries(notes)) await writeNotes(stream, kind, entries, from > 0)
  await writeKeep(stream, kept, from > 0)
  await stream.flush()
  child.stdin.end()
  const [exitCode] = await ended
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${exitCode}`)
  return code.commits
}

function revision(repo, env, name) {
  return execFileSync('git', ['rev-parse', name], { cwd: repo, env, encoding: 'utf8' }).trim()
}

// One code commit for every few runs, each of which changes the training script.
class CodeHistory {
  #stream
  #parent
  #number = -1
  #last
  commits = []

  constructor(stream, head) {
    this.#stream = stream
    this.#parent = head
  }

  at(number) {
    const version = Math.floor(number / RUNS_PER_COMMIT)
    if (version === this.#number) return this.#last
    this.#number = version
    const files = codeFiles(version, 0)
    const seconds = FIRST_SECOND + version * RUNS_PER_COMMIT * 60
    const commit = this.#stream.commit({
      ref: 'refs/heads/main',
      ...(this.#parent !== undefined && { parents: [this.#parent] }),
      files,
      message: `Change the training script (${version})\n`,
      seconds,
    })
    this.#parent = commit.mark
    this.commits.push(commit.oid)
    this.#last = { ...commit, version, tree: commit.tree }
    return this.#last
  }
}

function codeFiles(version, change) {
  return {
    '.gitmodel.yaml': 'metrics:\n  val/acc: {goal: max, primary: true}\n  val/loss: {goal: min}\n',
    'README.md': 'A model of digits.\n',
    'train.py': `# version ${version}\nrate = ${change}\n`,
  }
}

function writeRun(stream, record) {
  const { code, version } = record.source
  const files = codeFiles(version, record.change)
  return stream.commit({
    ref: 'refs/bench/run',
    parents: [code.mark],
    files,
    message: `run: ${record.name}\n\nNonce: ${record.nonce}\n`,
    seconds: record.seconds,
    onTree: (tree) => {
      record.tree = tree
    },
  })
}

function writeOutputs(stream, run, record) {
  const [file] = record.outputs.files
  const pointer = `version https://git-lfs.github.com/spec/v1\n${file.oid.replace('sha256:', 'oid sha256:')}\nsize ${file.size}\n`
  return stream.commit({
    ref: 'refs/bench/outputs',
    parents: [run.mark],
    files: { ...codeFiles(record.source.version, record.change), [file.path]: pointer },
    message: `outputs: ${record.name}\n`,
    seconds: record.seconds,
  })
}

async function writeNotes(stream, kind, entries, goesOn) {
  const ref = `refs/notes/model/${kind}`
  stream.write(`commit ${ref}\ncommitter ${WHO} ${FIRST_SECOND} +0000\ndata 6\nnotes\n`)
  if (goesOn) stream.write(`from ${ref}^0\n`)
  for (const [oid, mark] of entries) {
    stream.write(`M 100644 ${mark} ${oid.slice(0, 2)}/${oid.slice(2)}\n`)
    await stream.drain()
  }
  stream.write('\n')
}

async function writeKeep(stream, kept, goesOn) {
  let previous = goesOn ? 'refs/model/runs^0' : undefined
  for (let at = 0; at < kept.length; at += KEEP_AT_ONCE) {
    const mark = stream.mark()
    const parents = [...(previous === undefined ? [] : [previous]), ...kept.slice(at, at + KEEP_AT_ONCE)]
    stream.write(
      `commit refs/model/runs\nmark ${mark}\ncommitter ${WHO} ${FIRST_SECOND} +0000\ndata 5\nkeep\n`,
    )
    stream.write(parents.map((parent, index) => `${index === 0 ? 'from' : 'merge'} ${parent}\n`).join(''))
    stream.write('deleteall\n\n')
    previous = mark
    await stream.drain()
  }
  stream.write('reset refs/bench/run\nfrom 0000000000000000000000000000000000000000\n\n')
  stream.write('reset refs/bench/outputs\nfrom 0000000000000000000000000000000000000000\n\n')
}

// A note names its run, so the name of a commit has to be known before git has made it: the objects are hashed here.
class Stream {
  #input
  #marks = 0
  #blobs = new Map()
  #chunks = []
  #length = 0
  #parents = new Map()

  constructor(input) {
    this.#input = input
  }

  write(text) {
    this.#chunks.push(text)
    this.#length += text.length
  }

  async drain() {
    if (this.#length >= 1 << 20) await this.flush()
  }

  async flush() {
    const text = this.#chunks.join('')
    this.#chunks = []
    this.#length = 0
    if (!this.#input.write(text)) await once(this.#input, 'drain')
  }

  mark() {
    this.#marks += 1
    return `:${this.#marks}`
  }

  blob(text) {
    const mark = this.mark()
    this.write(`blob\nmark ${mark}\ndata ${Buffer.byteLength(text)}\n${text}\n`)
    return mark
  }

  commit({ ref, parents = [], files, message, seconds, onTree }) {
    const tree = this.#tree(files)
    onTree?.(tree.oid)
    const mark = this.mark()
    this.write(`commit ${ref}\nmark ${mark}\ncommitter ${WHO} ${seconds} +0000\n`)
    this.write(`data ${Buffer.byteLength(message)}\n${message}`)
    for (const [index, parent] of parents.entries())
      this.write(`${index === 0 ? 'from' : 'merge'} ${parent}\n`)
    this.write('deleteall\n')
    for (const [name, { mark: blob }] of tree.entries) this.write(`M 100644 ${blob} ${name}\n`)
    this.write('\n')
    const lines = [
      `tree ${tree.oid}`,
      ...parents.map((parent) => `parent ${this.#parents.get(parent) ?? parent}`),
      `author ${WHO} ${seconds} +0000`,
      `committer ${WHO} ${seconds} +0000`,
    ]
    const oid = hash('commit', Buffer.from(`${lines.join('\n')}\n\n${message}`))
    this.#parents.set(mark, oid)
    return { oid, mark, tree: tree.oid }
  }

  // Folders are one level deep at most, which is all that these histories have.
  #tree(files) {
    const entries = Object.entries(files).map(([name, text]) => [name, this.#file(text)])
    const folders = Map.groupBy?.(entries, ([name]) => name.split('/').length > 1) ?? groupByFolder(entries)
    const top = (folders.get(false) ?? []).map(([name, { oid }]) => ({ name, mode: '100644', oid }))
    const inside = folders.get(true) ?? []
    for (const folder of new Set(inside.map(([name]) => name.split('/')[0]))) {
      const items = inside
        .filter(([name]) => name.startsWith(`${folder}/`))
        .map(([name, { oid }]) => ({ name: name.slice(folder.length + 1), mode: '100644', oid }))
      top.push({ name: folder, mode: '40000', oid: treeOid(items) })
    }
    return { oid: treeOid(top), entries }
  }

  #file(text) {
    const known = this.#blobs.get(text)
    if (known !== undefined) return known
    const made = { mark: this.blob(text), oid: hash('blob', Buffer.from(text)) }
    // Marks of what is shared by many trees; what is not would only fill the memory.
    if (this.#blobs.size < 5000) this.#blobs.set(text, made)
    return made
  }
}

function groupByFolder(entries) {
  const groups = new Map()
  for (const entry of entries) {
    const isInside = entry[0].includes('/')
    groups.set(isInside, [...(groups.get(isInside) ?? []), entry])
  }
  return groups
}

function treeOid(items) {
  const key = ({ name, mode }) => (mode === '40000' ? `${name}/` : name)
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  const parts = sorted.flatMap(({ name, mode, oid }) => [
    Buffer.from(`${mode} ${name}\0`),
    Buffer.from(oid, 'hex'),
  ])
  return hash('tree', Buffer.concat(parts))
}

function hash(type, content) {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}
