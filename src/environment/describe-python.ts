import { createHash } from 'node:crypto'
import type { Environment } from '../domain/run.ts'
import { runProbe, type Probe } from './run-probe.ts'

/** Packages whose version is told by name. */
const FRAMEWORKS = [
  ...['torch', 'tensorflow', 'jax', 'flax', 'keras', 'numpy', 'transformers', 'scikit-learn'],
  ...[
    'lightning',
    'pytorch-lightning',
    'accelerate',
    'datasets',
    'xgboost',
    'lightgbm',
    'onnx',
    'safetensors',
  ],
]

// The folder that the command starts in is no place to import from: a `platform.py` there is somebody's program.
const SCRIPT = `
import sys
sys.path[:] = [p for p in sys.path if p != '']
import json, platform, re
found = {}
try:
    from importlib import metadata
    for d in metadata.distributions():
        m = re.match(r'(.+?)-([^-]+)\\.(?:dist|egg)-info$', getattr(getattr(d, '_path', None), 'name', ''))
        name, version = m.groups() if m else (d.metadata['Name'], d.version)
        if name:
            found.setdefault(re.sub(r'[-_.]+', '-', name).lower(), version)
except Exception:
    found = None
print(json.dumps([platform.python_version(), platform.python_implementation(), found]))
`

/**
 * Describes a Python interpreter: its version, a digest of the packages that it sees, and the versions of the
 * frameworks among them. The digest is the SHA-256 of sorted lines `name==version`.
 */
export async function describePython(probe: Probe, command: readonly string[]): Promise<Environment> {
  const [program, ...args] = command
  const answer = await runProbe(probe, program!, [...args, '-B', '-c', SCRIPT])
  const last = answer?.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('[')) return {}
  const [version, implementation, packages] = JSON.parse(last) as [
    string,
    string,
    Record<string, string> | null,
  ]
  return {
    python: version,
    ...(implementation !== 'CPython' && { python_implementation: implementation }),
    ...digest(packages),
  }
}

function digest(packages: Readonly<Record<string, string>> | null): Environment {
  const lines = Object.entries(packages ?? {}).map(([name, version]) => `${name}==${version}\n`)
  if (packages === null || lines.length === 0) return {}
  const hash = createHash('sha256').update(lines.sort().join('')).digest('hex')
  const frameworks = FRAMEWORKS.filter((name) => Object.hasOwn(packages, name)).map((name) => [
    name,
    packages[name]!,
  ])
  return { packages: `sha256:${hash}`, ...Object.fromEntries(frameworks) }
}
